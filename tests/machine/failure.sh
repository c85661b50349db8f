# What is kept of a run, and told of a failure. Sourced by tests/run.
# shellcheck shell=bash disable=SC2034,SC2154 # the variables are tests/run's

# Prints the ELF file of task $1, if it is known: a task of the command line or of the suite.
task_file() {
    local option
    for option in "${build_options[@]}"; do
        [[ ${option%% *} != */$1.elf ]] || echo "${option%% *}"
    done
    [ -z "$suite" ] || sed -n "s|^module2 /boot/\([^ ]*\) $1\( .*\)\?$|build/tasks/\1|p" "iso/suites/$suite.cfg"
}

# Prints and logs for each task that was stopped by a fault in which function and line that happened, and the lines of a
# panic's backtrace.
locate_faults() {
    local name address file place
    while read -r name address; do
        file=$(task_file "$name")
        [ -r "$file" ] || continue
        place=$(addr2line -fe "$file" "$address" | sed "s|^$PWD/||" | paste -sd ' ')
        place=${place% \?\?:*} # of the C library only the function is known
        [[ $place == *\?\?* ]] || echo "# $name stopped in ${place/ / at }" | tee -a "$work/serial.log"
    done < <(sed -nE 's/^.*[# ]([A-Za-z0-9_-]+) stopped: .* at rip (0x[0-9a-f]+).*$/\1 \2/p' "$work/serial.log")
    sed -nE 's|^# #([0-9]+) [^ ]+ at (0x[0-9a-f]+)$|\1 \2|p' "$work/serial.log" | while read -r number address; do
        place=$(addr2line -e "$kernel" "$(printf %x $((address - (number > 0))))" | sed "s|^$PWD/||; s| (discriminator.*||")
        [[ $place == *\?* ]] || echo "# #$number is in $place" | tee -a "$work/serial.log"
    done
}

# Moves all of the run to folder $1; what names it is told its new place.
move_work() {
    local file
    rm -rf "$1"
    mv "$work" "$1"
    for file in "$1/command" "$1/bochsrc"; do
        [ ! -e "$file" ] || sed -i "s|$work|$1|g" "$file"
    done
}

keep_log() {
    move_work "$build/log/$name"
}

# Prints each failed test in log $1 with the last remarks before it (what did not hold) and how to reproduce it.
show_failures() {
    awk '
        /^not ok|^Bail out!/ {
            for (i = count > 6 ? count - 6 : 0; i < count; i++) print remarks[i]
            print
            count = 0; failed = 1; next
        }
        /^ok / { count = failed = 0; next }
        /^# reproduce:/ { if (failed) print; next }
        /^#/ { remarks[count++] = $0 }' "$1" | head -n 60
}

# Moves all of a failed run to build/failed/NAME and prints how to see it again.
keep_failure() {
    local kept=$build/failed/$name
    rm -rf "$build/log/$name"
    move_work "$kept"
    [ ! -e "$kept/monitor" ] || repeat+=(--monitor "$kept/monitor")
    if [ -n "$quiet" ]; then
        show_failures "$kept/serial.log"
        if [ "$code" = 2 ]; then
            sed -n '/^# panic: /,$p' "$kept/serial.log"
        elif [ "$code" -gt 1 ]; then
            tail -n 12 "$kept/serial.log"
        fi
    fi
    printf '# kept in %s: serial.log, image.iso, command\n# reproduce: tests/run --iso %s/image.iso%s\n' \
        "$kept" "$kept" "$([ ${#repeat[@]} -eq 0 ] || printf ' %q' "${repeat[@]}")"
}

