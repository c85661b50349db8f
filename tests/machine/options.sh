# The options of tests/run: declared once, for usage, for parsing, and for what a failure is reproduced with. Sourced by it.
# shellcheck shell=bash disable=SC2034,SC2154 # the variables are tests/run's

# An option with its value, in brackets if it can be left out, and behind = what holds without it | letters | what it does.
#   r  a failure is reproduced with it      i  goes into the image, by iso/build
#   q  for QEMU's machines only             f  a file that is there     p  a path; of both an absolute one is made
option_table() {
    cat <<'END'
--suite NAME          |     | a file iso/suites/NAME.cfg; its image is packed from what was built
--iso FILE            | f   | boots this image instead
--menu                |     | the image of `make`, with all suites: its menu starts the suite at once
--unattended          |     | with --menu: its menu waits and then starts what it starts by itself, which should be the suite
--stick               | rq  | the image is a USB stick, not a CD
--uefi                | rq  | OVMF instead of SeaBIOS
--memory SIZE=512M    | r   | 512M, 4G, ...
--machine TYPE=pc     | rq  | QEMU's pc or q35
--cpu MODEL=qemu64    | rq  | QEMU's model
--cpus N=1            | r   | number of CPUs; more than 63 stay idle
--cpus-used N         | i   | the kernel uses N of them at the most
--icount              | rq  | count guest instructions: rdtsc tells how many were executed
--bochs [MODEL=corei7_icelake_u] | r | Bochs instead of QEMU, with this CPU model
--timeout SECONDS     | r   | time until the machine counts as hung (60; 240 with --bochs, --icount, --stretch or 6G and more)
--seed N=0            | i   | for tests that draw numbers or their order
--count N=1           | i   | for tests that do something so many times
--point K[,J]         | i   | the suite kill: the frame server dies after these instructions only
--part K/N            | i   | the suite kill: each N-th case only, from the K-th on
--audit N=1           | i   | an audit ends each N-th test (16 with --bochs, which takes ten times as long); 0: none
--checked             | i   | kernel and frame server assert the rules by which CPUs work together: docs/smp.md; no --stretch then
--plant RULE          | i   | with --checked: one of kernel/rules.def is broken on purpose
--log LEVEL=info      | i   | what the kernel tells: quiet, info or debug
--events N            | i   | the kernel keeps the last N events in memory: a panic tells some (128, the bench: none)
--only TEST[,...]     | i   | only these tests of the suite's test tasks: groups, tests, group/test, with * for anything
--task 'FILE OPTIONS' | i   | one more task: an ELF file and the options of its module line; may be repeated
--spoil 'WORD...'     | i   | a shim between boot loader and kernel spoils what these name: tests/boot/spoil*.c
--ram FILE            | qp  | the machine's memory is this file, and stays there
--typed FILE          | rqf | what is typed at the serial port; -: what is typed here. The first byte is lost if it comes too early
--script FILE         | rqf | boots the shell (unless a suite is named), has it do the commands in this file, and exit: passes if
                              every one of them succeeded
--keys FILE           | rqf | types the keys in this file at the shell's prompt (tests/machine/serial-filter says how they are written)
--monitor FILE        | qf  | what QEMU's monitor does meanwhile, line by line: commands, `wait TEXT`, `quit`; see tests/machine/monitor
--screenshot FILE     | qp  | a picture of the screen (PNG; PPM if its name ends so) when the machine has told the text of --when;
                              ends the machine
--when TEXT           |     | see --screenshot
--screen WxH[xBITS]   | i   | asks the boot loader for this screen (the suite's file says which otherwise)
--window TYPE         | q   | shows the screen: gtk or sdl (package qemu-system-gui), vnc=:1 for a VNC viewer, see -display of QEMU
--vga TYPE            | rq  | graphics card: std (without this option), cirrus, vmware, virtio, none
--no-serial           | rq  | no serial port: nothing is told, QEMU's exit status is the verdict
--expect END          | r   | passes if the machine ends so: pass, fail, panic or refused; its tests do not count
--shows TEXT          | r   | with --expect: and if it tells this; may be repeated
--no-tap              | r   | the suite reports no tests
--name NAME           |     | folder in build/log/ and build/failed/ (made of the options)
--quiet               |     | the result line only
--tally FILE          | p   | appends `passed failed` to this file
--plugin FILE[,OPTION...] | q | a plugin for QEMU
--stretch N           | rq  | fails when the kernel executes more than N instructions with interrupts off (needs build/stretch.so)
--gdb SOCKET          | q   | QEMU stops before the first instruction and listens there for gdb; no time-out
END
}

usage() {
    echo 'usage: tests/run (--suite NAME | --iso FILE) [options]     =: the value without the option'
    option_table | sed -E 's/^(--[^|]*[^| ]) *\|[^|]*\| */\1|/; s/^ +/|/' |
        awk -F '|' '{ if (length($1) > 20) { print "  " $1; $1 = "" } printf "  %-20s  %s\n", $1, $2 }'
}

wrong() {
    echo "tests/run: $1" >&2
    echo "see make help or tests/run --help" >&2
    exit 64
}

# Reads the table: gives every option's variable (-: _) what holds without it; `letters` and `value_kind` of each.
declare -A letters=() value_kind=() value_left_out=()
declare_options() {
    local declaration treatment which kind without
    while IFS='|' read -r declaration treatment _; do
        [[ $declaration =~ ^--([a-z-]+)\ ?([^=]*)(=([^] ]*))? ]] || continue
        which=${BASH_REMATCH[1]} kind=${BASH_REMATCH[2]} without=${BASH_REMATCH[4]}
        if [[ $kind == \[* ]]; then
            value_left_out[$which]=$without without=''
        fi
        letters[$which]=$treatment
        value_kind[$which]=${kind// /}
        [ "$which" = shows ] || printf -v "${which//-/_}" %s "$without"
    done < <(option_table)
}

# Parses the command line. Sets a variable for each option (`yes` if it has no value), the arrays `given` (their names),
# `build_options`, `repeat` and `shows`.
given=() build_options=() repeat=() shows=()
read_options() {
    local option which value words
    declare_options
    while [ $# -gt 0 ]; do
        option=$1 which=${1#--} value=yes
        shift
        [ "$option" != --help ] || { usage; exit 0; }
        [[ $option =~ ^--[a-z-]+$ && -n ${letters[$which]+known} ]] || wrong "unknown option $option"
        words=("$option")
        if [ -n "${value_left_out[$which]-}" ] && [[ $# = 0 || $1 == -* ]]; then
            value=${value_left_out[$which]}
            words+=("$value")
        elif [ -n "${value_kind[$which]}" ]; then
            [ $# -gt 0 ] || wrong "$option needs a value"
            value=$1
            shift
            if [[ ${letters[$which]} == *f* && "$which $value" != "typed -" ]]; then
                [[ -r $value && ! -d $value ]] || wrong "$option: there is no such file to read: $value"
                [ ! -f "$value" ] || value=$(realpath -- "$value")
            elif [[ ${letters[$which]} == *p* ]]; then
                value=$(realpath -m -- "$value")
            fi
            words+=("$value")
        fi
        given+=("$which")
        [[ ${letters[$which]} != *r* ]] || repeat+=("${words[@]}")
        [[ ${letters[$which]} != *i* ]] || build_options+=("${words[@]}")
        if [ "$which" = shows ]; then
            shows+=("$value")
        else
            printf -v "${which//-/_}" %s "$value"
        fi
    done
}
