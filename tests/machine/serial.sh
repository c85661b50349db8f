# The machine's serial line while it runs, and who types at it: a terminal, a script, or nobody. Sourced by tests/run.
# shellcheck shell=bash disable=SC2034,SC2154 # the variables are tests/run's

emulator='' reader='' follower='' terminal=''

# Gives the terminal back as it was.
restore_terminal() {
    [ -z "$terminal" ] || stty "$terminal" <&6
    terminal=
}

# What is typed goes by a pipe, in which it waits for the shell's prompt. Keeps the standard input as file descriptor 6.
open_typist() {
    mkfifo "$work/typed" || exit 5
    exec 6<&0 7<>"$work/typed" # both ends, so that nobody waits for the other to open it
    if [ "$typist" = - ] && [ -t 0 ]; then
        terminal=$(stty -g)
        stty raw -echo
    fi
    exec <"$work/typed"
}

# Sets what the machine reads: the standard input of this script.
open_input() {
    if [ -n "$typist" ]; then
        open_typist
    elif [ -z "$typed" ]; then
        exec </dev/null
    elif [ "$typed" != - ]; then
        exec <"$typed" || exit 5
    fi
}

# Whether the reader shows the lines (`show`), every byte (`raw`, to who types), or none (`yes`).
how_shown() {
    [ "$typist" != - ] || echo "${quiet:-raw}"
    [ "$typist" = - ] || echo "${quiet:-show}"
}

# Starts `command` and what listens to it, and waits for its end. Sets `status` and `milliseconds`.
run_machine() {
    local started=${EPOCHREALTIME/./} show
    show=$(how_shown)
    perl "$here/machine/serial-filter" "$work/serial.raw" "$work/serial.log" "$show" \
        ${typist:+--to "$work/typed" "$typist"} <"$work/serial" &
    reader=$!
    if [ -n "$bochs" ]; then
        "${command[@]}" </dev/null >"$work/emulator.log" 2>&1 &
    else
        "${command[@]}" <&0 2>"$work/emulator.log" >"$work/serial" &
    fi
    emulator=$!
    if [ -e "$work/monitor" ]; then
        perl "$here/machine/monitor" "$work/qmp" "$work/serial.raw" <"$work/monitor" 2>"$work/monitor.log" &
        follower=$!
    fi
    wait "$emulator"
    status=$?
    emulator=
    : <>"$work/serial" # an emulator that never opened it leaves the reader waiting: this lets it go on to the end
    wait "$reader"
    restore_terminal
    milliseconds=$(((${EPOCHREALTIME/./} - started) / 1000))
    rm -f "$work/serial" "$work/typed"
}

# Ends all of it, when the runner is told to end.
# shellcheck disable=SC2317 # called by trap
stop() {
    [ -z "$emulator" ] || kill "$emulator" 2>/dev/null
    [ -z "$follower" ] || kill "$follower" 2>/dev/null
    : <>"$work/serial"
    wait
    restore_terminal
    rm -f "$work/serial" "$work/typed"
    keep_log
    exit 130
}
