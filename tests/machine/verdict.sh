# What came of a run: verdict, tests, and what is kept of a failure. Sourced by tests/run.
# shellcheck shell=bash disable=SC2034,SC2154 # the variables are tests/run's

verdict_name() {
    case $1 in
        0) echo pass ;;
        1) echo FAIL ;;
        2) echo PANIC ;;
        3) echo HANG ;;
        4) echo RESET ;;
        5) echo EMULATOR ;;
        6) echo REFUSED ;;
    esac
}

# Prints the code of the verdict that the machine told on the serial line, or nothing.
told_verdict() {
    case $(grep -a '^verdict: ' "$work/serial.log" | tail -n 1) in
        'verdict: pass') echo 0 ;;
        'verdict: fail') echo 1 ;;
        'verdict: panic') echo 2 ;;
        'verdict: refused') echo 6 ;;
    esac
}

timed_out() {
    code=3 reason="no end within $limit s: a task with \`verdict\` did not end (-verdict, TIMEOUT=s)"
    [ -z "$script" ] || reason="no end within $limit s: the script's last command above did not end (TIMEOUT=s)"
}

# Counts TAP in the serial log: `planned`, `plans`, `good`, `bad`, `bailed`. Several tasks may each report a plan.
count_tests() {
    read -r plans planned good bad bailed < <(awk '
        /^1\.\.[0-9]+/ { plans++; planned += substr($0, 4) }
        /^ok( |$)/ { good++ }
        /^not ok( |$)/ { bad++ }
        /^Bail out!/ { bailed++ }
        END { print plans + 0, planned + 0, good + 0, bad + 0, bailed + 0 }' "$work/serial.log")
}

# Sets `passed`, `failed` and `tests`, and makes a failure of a pass that the tests do not bear out.
weigh_tests() {
    local found=$((good + bad)) doubt=''
    tests=
    if [ "$tap" = never ]; then
        found=0 planned=0 good=0 bad=0
    elif [ -n "$tap" ] || [ "$((found + plans))" -gt 0 ]; then
        tests=yes
        if [ "$bailed" -gt 0 ]; then
            doubt="a test task bailed out"
        elif [ "$bad" -gt 0 ]; then
            doubt="$(grep -a '^not ok' "$work/serial.log" | head -n 1)"
        elif [ "$found" -eq 0 ]; then
            doubt="no test reported"
        elif [ "$found" -ne "$planned" ]; then
            doubt="$planned tests planned, $found reported"
        fi
    fi
    if [ -n "$doubt" ] && [ "$code" -le 1 ]; then
        code=1 reason=${reason:-$doubt}
    fi
    passed=$good
    failed=$((bad + (planned > found ? planned - found : 0)))
    [ -n "$tests" ] || passed=$((code == 0))
    if [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then
        failed=1
    fi
}

# Makes a pass of the end that was expected, if the machine told what it had to; a failure of every other.
weigh_expectation() {
    local text ended
    ended=$(verdict_name "$code")
    ended=${ended,,}
    tests='' passed=0 failed=1
    if [ "$ended" != "$expect" ]; then
        code=1 reason="expected $expect, but it ended with $ended${reason:+: $reason}"
        return
    fi
    for text in "${shows[@]}"; do
        if ! grep -qaF -- "$text" "$work/serial.log"; then
            code=1 reason="$ended as expected, but it did not tell: $text"
            return
        fi
    done
    code=0 passed=1 failed=0 reason="$expect as expected"
}

# Judges what the monitor was to do: all of it; then the end that it made itself is one. Its `quit` leaves QEMU with 0.
weigh_monitor() {
    local last
    kill -USR1 "$follower" 2>/dev/null
    if ! wait "$follower"; then
        code=1 reason="monitor: $(tail -n 1 "$work/monitor.log")"
    else
        last=$(tail -n 1 "$work/monitor")
        [ "$last" != quit ] || [ "$status" != 0 ] || code=0 reason="its monitor ended it"
    fi
    tests='' passed=$((code == 0)) failed=$((code != 0))
}

# A script is done when all of its lines, and the `exit` behind them, were: the shell tells how many it did and how many failed.
weigh_script() {
    local lines
    lines=$(awk 'END { print NR + 1 }' "$script")
    if [ "$code" -eq 0 ] && ! grep -qax "# script: $lines lines, 0 failed" "$work/serial.log"; then
        code=1 passed=0 failed=1 reason="the script was not typed to its end: $((lines - 1)) lines and \`exit\`"
    fi
}
