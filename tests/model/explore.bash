# shellcheck shell=bash disable=SC2154
# Shared by the runs of models that are written for Spin; sourced. $here: the folder of scenarios.def and mistakes.def; $model:
# what files of a run that fails are named after.
passed=0 failed=0 work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A path through the states may be long. 2^22 places for them, so that memory is not cleared for nothing; more grow.
options=(-n -m400000 -w22)

# Fields $2... of the lines of scenarios.def or mistakes.def that begin with $1.
fields() { sed -nE "s/^$1\(([a-z_]+)(, ([a-z_]+), ([a-z_]+))?.*, \"(.*)\"\)\$/\1 \3 \4 \5/p" "$here/$2"; }

# Runs program $1 on scenario $2 with mistake $3; one that is called cycles looks for runs without end. Sets `fault` (none;
# unfinished, if not all was seen), `states`, `seconds`; what it wrote is in $work/log, the way to a fault in $trail.
explore() {
    local cycles=() begun=$EPOCHREALTIME ended
    [ "${1##*/}" = cycles ] && cycles=(-l)
    rm -f "$work"/*.trail
    (cd "$work" && SCENARIO=$2 MISTAKE=$3 "$1" "${options[@]}" "${cycles[@]}") >"$work/log" 2>&1
    ended=$EPOCHREALTIME
    seconds=$(((${ended/./} - ${begun/./}) / 1000000))
    states=$(sed -nE 's/^ *([0-9]+) states, stored.*/\1/p' "$work/log")
    fault=unfinished
    trail=$(find "$work" -name '*.trail')
    if grep -q 'non-progress cycle' <(grep '^pan:1' "$work/log"); then
        fault=never_ends
    elif grep -q 'invalid end state' <(grep '^pan:1' "$work/log"); then
        fault=never_answered
    elif [ "$trail" ]; then
        fault=$(cd "$work" && SCENARIO=$2 MISTAKE=$3 "$1" -r "$trail" | sed -nE 's/^ *fault: //p' | head -n 1)
        fault=${fault:-unknown}
    elif grep -q 'errors: 0$' "$work/log" && ! grep -qE 'depth too small|not completed|out of memory' "$work/log"; then
        fault=none
    fi
}

# Notes how a run came out whose fault should be $4. $1-$3: what explore() was told, $5: what to say.
judge() {
    local kept=build/failed/$model-$2-$3.trail
    if [ "$fault" = "$4" ]; then
        passed=$((passed + 1))
        echo "$5"
        return
    fi
    failed=$((failed + 1))
    echo "$2, planted: $3: found $fault instead of $4"
    if [ "$trail" ]; then
        mkdir -p build/failed
        cp "$trail" "$kept"
        echo "    its steps: SCENARIO=$2 MISTAKE=$3 ${KILLS:+KILLS=$KILLS }${1#"$PWD"/} -r $kept"
    else
        tail -n 20 "$work/log"
        echo "    again: SCENARIO=$2 MISTAKE=$3 ${KILLS:+KILLS=$KILLS }${1#"$PWD"/} ${options[*]}"
    fi
}

# Explores each scenario, which has to hold, and each planted mistake, which has to be found. The last line counts.
# program_of() says which program explores a scenario.
explore_all() {
    local scenario mistake expected text program

    while read -r scenario text; do
        program=$(program_of "$scenario")
        explore "$program" "$scenario" none
        judge "$program" "$scenario" none none "$scenario, $text: holds, $states states, $seconds s"
    done < <(fields SCENARIO scenarios.def)
    while read -r mistake scenario expected text; do
        program=$(program_of "$scenario")
        explore "$program" "$scenario" "$mistake"
        judge "$program" "$scenario" "$mistake" "$expected" "planted: $text: found by $scenario as $expected after ${states:-some} states"
    done < <(fields MISTAKE mistakes.def)
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
}
