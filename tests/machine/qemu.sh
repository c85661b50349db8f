# QEMU: how a machine is started, and what its end means. Sourced by tests/run.
# shellcheck shell=bash disable=SC2034,SC2154 # the variables are tests/run's

# Prints a size like 512M or 4G in MiB.
mebibytes() {
    case $1 in
        [1-9]*[!0-9]*[MG] | *[!0-9MG]* | '' | [MG]*) return 1 ;;
        *G) echo $((${1%G} * 1024)) ;;
        *M) echo "${1%M}" ;;
        *) return 1 ;;
    esac
}

# Sets `command`. The serial port is the standard output.
qemu_command() {
    local backend=() clock=() stopped=()
    local disk=(-cdrom "$work/image.iso" -boot d)
    local port=(-chardev "stdio,id=serial,signal=$([ -n "$typed" ] && echo on || echo off)" -serial chardev:serial) # Ctrl-C
    # More than this host may have: pages are taken when they are touched.
    if [ -n "$ram" ]; then
        : >"$ram" || exit 5
        backend=(-object "memory-backend-file,id=ram,size=${memory_mib}M,mem-path=$ram,share=on,reserve=off")
    elif [ "$memory_mib" -ge 4096 ]; then
        backend=(-object "memory-backend-ram,id=ram,size=${memory_mib}M,reserve=off")
    fi
    [ -z "$icount" ] || clock=(-icount "shift=0,sleep=off")
    [ -z "$gdb" ] || stopped=(-S -gdb "unix:$gdb,server=on,wait=off")
    [ ! -e "$work/monitor" ] || stopped+=(-qmp "unix:$work/qmp,server=on,wait=off")
    [ -z "$no_serial" ] || port=(-serial none)
    [ -z "$stick" ] || disk=(-device qemu-xhci -drive "if=none,id=stick,format=raw,readonly=on,file=$work/image.iso"
        -device "usb-storage,drive=stick,bootindex=0")
    command=("${QUIRE_QEMU:-qemu-system-x86_64}"
        "${backend[@]}" -machine "$machine${backend:+,memory-backend=ram}" -accel tcg "${clock[@]}" -cpu "$cpu" -smp "$cpus" -m "${memory_mib}M"
        "${disk[@]}" -display "${window:-none}" -nic none -monitor none ${vga:+-vga "$vga"}
        "${port[@]}"
        -device "isa-debug-exit,iobase=0xf4,iosize=4" -no-reboot "${stopped[@]}")
    [ -z "$uefi" ] || command+=(-bios "${QUIRE_OVMF:-/usr/share/ovmf/OVMF.fd}")
    [ -z "$plugin" ] || command+=(-plugin "$plugin")
    [ -z "$stretch" ] || command+=(-plugin "build/stretch.so,output=$work/stretch,limit=$stretch,cpus=$cpus")
}

# Sets `code` and `reason` from QEMU's exit `status`. isa-debug-exit ends QEMU with 2 * value + 1; 0 is a reset, a
# triple fault or power-off, and 1 and all others are trouble of QEMU's own.
qemu_verdict() {
    reason=
    case $status in
        33) code=0 ;;
        35) code=1 ;;
        37) code=2 ;;
        39) code=6 ;;
        0) code=4 reason="the machine reset or switched itself off" ;;
        124 | 137) timed_out ;;
        *) code=5 reason="QEMU ended with $status: $(grep -v warning: "$work/emulator.log" | head -n 1)" ;;
    esac
    # What the machine told and what it wrote must be one.
    local told
    told=$(told_verdict)
    if [ "$code" -eq 0 ] && [ -z "$no_serial" ] && [ "$told" != 0 ]; then
        code=1 reason="the verdict on the serial line is missing or another"
    fi
}
