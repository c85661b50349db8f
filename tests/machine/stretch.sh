# How long the kernel keeps interrupts off: tests/machine/stretch.c. Sourced by tests/run.
# shellcheck shell=bash disable=SC2034,SC2154 # the variables are tests/run's

# Prints the function that the kernel has at address $1 (hexadecimal), or the address.
kernel_function() {
    local name
    name=$(addr2line -fe build/quire.elf "$1" 2>/dev/null | head -n 1)
    if [ -n "$name" ] && [ "$name" != '??' ]; then
        echo "$name"
    else
        echo "0x$1"
    fi
}

# Sets `figures`, of the longest stretch; fails a pass when it is longer than allowed, or when none was measured.
weigh_stretch() {
    local stretches length start hot first last where
    if ! read -r stretches length start hot first last 2>/dev/null <"$work/stretch" || [ "$length" -eq 0 ]; then
        [ "$code" -ne 0 ] || code=1 failed=1 reason="how long interrupts were off was not measured"
        return
    fi
    where=$(kernel_function "$first")
    [ "$first" = "$last" ] || where+=" to $(kernel_function "$last")"
    figures="interrupts off for $length of $stretch instructions at the most, from $(kernel_function "$start") on"
    figures+=" ($hot of them in $where; $stretches stretches)"
    if [ "$length" -gt "$stretch" ]; then
        [ "$code" -ne 0 ] || code=1 failed=1 reason="interrupts were off for too long"
    fi
}
