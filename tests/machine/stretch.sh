# How long the kernel keeps interrupts off: tests/machine/stretch.c. Sourced by tests/run.
# shellcheck shell=bash disable=SC2034,SC2154 # the variables are tests/run's

# Prints the function that the kernel has at address $1 (hexadecimal), or the address.
kernel_function() {
    local name
    name=$(addr2line -fe "$kernel" "$1" 2>/dev/null | head -n 1)
    if [ -n "$name" ] && [ "$name" != '??' ]; then
        echo "$name"
    else
        echo "0x$1"
    fi
}

# Prints a line of the measurement in words.
stretch_in_words() {
    local length=$1 start=$2 hot=$3 first=$4 last=$5 times=$6 where
    where=$(kernel_function "$first")
    [ "$first" = "$last" ] || where+=" to $(kernel_function "$last")"
    echo "$length instructions from $(kernel_function "$start") on, $hot of them in $where, $times times"
}

# Sets `figures`, of the longest stretch; fails a pass when it is longer than allowed, or when none was measured. Each kind
# of stretch that is too long is told.
weigh_stretch() {
    local stretches=0 waited=0 line length=0
    if [ -r "$work/stretch" ]; then
        read -r stretches waited <"$work/stretch"
        length=$(tail -n +2 "$work/stretch" | sort -rn | awk 'NR == 1 { print $1 }')
    fi
    if [ "${length:-0}" -eq 0 ]; then
        [ "$code" -ne 0 ] || code=1 failed=1 reason="how long interrupts were off was not measured"
        return
    fi
    figures="interrupts off for $length of $stretch instructions at the most, in $stretches stretches"
    [ "$cpus" = 1 ] || figures+=", and for up to $waited more while another CPU was waited for"
    [ "$length" -gt "$stretch" ] || return 0
    [ "$code" -ne 0 ] || code=1 failed=1 reason="interrupts were off for too long"
    tail -n +2 "$work/stretch" | sort -rn | while read -r line; do
        # shellcheck disable=SC2086 # the line is words
        echo "# interrupts off: $(stretch_in_words $line)"
    done
}
