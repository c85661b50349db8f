# Bochs: how a machine is started, and what its end means. Sourced by tests/run.
# shellcheck shell=bash disable=SC2034,SC2154 # the variables are tests/run's

# SeaBIOS tells of one CPU only where it is not QEMU that asks. Bochs's own firmware needs longer, so one CPU does without.
# Sets `command`; writes the configuration. The serial port is the pipe that tests/run reads.
bochs_command() {
    local bios=${QUIRE_SEABIOS:-/usr/share/seabios}/bios.bin
    [ "$cpus" = 1 ] || bios=${QUIRE_BOCHSBIOS:-/usr/share/bochs}/BIOS-bochs-latest
    cat >"$work/bochsrc" <<END
config_interface: textconfig
display_library: rfb, options="timeout=0"
cpu: model=$bochs, count=$cpus, ips=100000000, reset_on_triple_fault=0, ignore_bad_msrs=1
memory: guest=$memory_mib, host=$((memory_mib < 1024 ? memory_mib : 1024))
romimage: file=$bios
vgaromimage: file=${QUIRE_SEABIOS:-/usr/share/seabios}/vgabios-stdvga.bin
ata0: enabled=1
ata0-master: type=cdrom, path=$work/image.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$work/serial
log: $work/bochs.log
panic: action=fatal
error: action=report
info: action=report
debug: action=ignore
sound: driver=dummy
speaker: enabled=0
clock: sync=none, time0=utc
END
    echo c >"$work/debugger" # Debian's Bochs starts in its debugger
    command=("${QUIRE_BOCHS:-bochs}" -q -f "$work/bochsrc" -rc "$work/debugger")
}

# Sets `code` and `reason`. Bochs always ends with 1, so the verdict is the one told on the serial line.
bochs_verdict() {
    local told log="$work/bochs.log" resets
    reason=
    told=$(told_verdict)
    resets=$(grep -asc 'bx_pc_system_c::Reset(HARDWARE) called' "$log")
    # The first reset is power-on.
    if [ "${resets:-0}" -gt 1 ] || grep -aqs 'exception with no resolution' "$log"; then
        code=4 reason="the machine reset"
    elif [ "$status" = 124 ] || [ "$status" = 137 ]; then
        timed_out
    elif [ -n "$told" ]; then
        code=$told
    elif grep -aqs 'Shutdown port: shutdown requested' "$log"; then
        code=4 reason="the machine switched itself off"
    else
        code=5 reason="Bochs ended with $status: $(grep -ahs '>>PANIC<<' "$log" "$work/emulator.log" | tail -n 1)"
    fi
}
