# What the options of tests/run have to be, and which go together; what follows from them. Sourced by it.
# shellcheck shell=bash disable=SC2034,SC2154 # the variables are tests/run's

# An option, a pattern of its values, and what they are.
form_table() {
    cat <<'END'
cpus    [1-9][0-9]*              a number of CPUs
timeout [1-9][0-9]*              a number of seconds
stretch [1-9][0-9]*              a number of instructions
seed    [0-9]{1,18}              a number to draw from
count   [1-9][0-9]{0,17}         a number of times
point   [0-9]{1,12}(,[0-9]{1,12})? an instruction of the request, and one of the recovery
part    [1-9]/[1-9]              K/N
audit   [0-9]{1,4}               a number of tests
log     quiet|info|debug         quiet, info or debug
expect  pass|fail|panic|refused  pass, fail, panic or refused
END
}

suites() {
    (cd "$here/../iso/suites" && echo *.cfg) | sed 's/\.cfg//g'
}

# Whether the suite's file says so: `no tests` (stories and figures), `typed` (somebody sits there and types).
suite_says() {
    [ -n "$suite" ] && grep -q "^# $1\$" "$here/../iso/suites/$suite.cfg"
}

# Refuses, with sentence $1, if all options behind it are given.
never_with() {
    local sentence=$1 option
    for option in "${@:2}"; do
        [ -n "${!option}" ] || return 0
    done
    wrong "$sentence"
}

check_values() {
    local which pattern words
    while read -r which pattern words; do
        [[ " ${given[*]} " != *" $which "* || ${!which} =~ ^($pattern)$ ]] || wrong "--$which takes $words, not: ${!which}"
    done < <(form_table)
    memory_mib=$(mebibytes "$memory") || wrong "not a size of memory: $memory"
    [ -z "$suite" ] || [ -r "$here/../iso/suites/$suite.cfg" ] || wrong "there is no suite $suite, but $(suites)"
}

check_together() {
    local which
    [ -n "$suite$iso" ] || wrong "--suite NAME or --iso FILE is needed"
    never_with "either --suite or --iso" suite iso
    for which in "${given[@]}"; do
        [ -z "$bochs" ] || [[ ${letters[$which]} != *q* ]] || wrong "--$which is for QEMU's machines, not for Bochs"
    done
    [ -z "$menu" ] || [ -n "$suite" ] || wrong "--menu takes the --suite to start"
    [ -z "$unattended" ] || [ -n "$menu" ] || wrong "--unattended is for --menu"
    [ -n "$expect" ] || [ ${#shows[@]} -eq 0 ] || wrong "--shows is for --expect"
    [ -z "$screenshot" ] || [ -n "$when" ] || wrong "--screenshot needs --when TEXT"
    never_with "--stretch is a plugin: it takes no --plugin" stretch plugin
    never_with "either --script or --keys" script keys
    never_with "a script is typed by itself: --script takes no --typed (TYPED)" script typed
    never_with "keys are typed by themselves: --keys takes no --typed (TYPED)" keys typed
    never_with "a script is typed at the serial port: --script takes no --no-serial" script no_serial
    never_with "keys are typed at the serial port: --keys takes no --no-serial" keys no_serial
    never_with "a script for the monitor takes its own pictures: --monitor or --screenshot" monitor screenshot
}

# Sets `kernel`, whose symbols are looked up; `typist`, what serial-filter types (-: what a person types here); `limit` in seconds (0: none); `tap`: whether tests must be
# reported (`never`: what looks like one is none); and `name`.
draw_conclusions() {
    kernel=build/${checked:+checked/}quire.elf
    [ -z "$checked" ] || stretch= # what it asserts would count, too
    # Or the emulator, which runs them by turns in one thread, lets only the first run: kernel/cpu/turns.h.
    [ -z "$icount" ] || [ "$cpus" = 1 ] || build_options+=(--turns "$seed")
    typist=$script${keys:+keys:$keys}
    if suite_says typed && [ -z "$bochs$typed$typist$gdb$expect$monitor$screenshot$no_serial" ]; then
        typist=-
    fi
    limit=60
    [ "$typist" != - ] || limit=0
    if [ "$limit" != 0 ] && { [ -n "$bochs$icount$stretch" ] || [ "$memory_mib" -ge 6144 ]; }; then
        limit=240
    fi
    limit=${timeout:-$limit}
    tap=yes
    if suite_says 'no tests'; then
        [ -n "$no_tap" ] || repeat+=(--no-tap)
        no_tap=yes
    fi
    [ -z "$no_tap" ] || tap=
    # What is typed may look like a test's result.
    [ -z "$script$keys" ] && ! suite_says typed || tap=never
    if [ -z "$name" ]; then
        name=${suite:-$(basename "$iso" .iso)}-$([ -n "$bochs" ] && echo "bochs-$bochs" || echo "${uefi:+uefi-}$machine-$cpu")
        name+=-$memory${menu:+-menu}${stick:+-stick}$([ "$cpus" = 1 ] || echo "-${cpus}cpu")${icount:+-icount}${checked:+-checked}
    fi
}
