#include "kernel/cpu/timer.h"
#include "kernel/cpu/instructions.h"
#include "kernel/cpu/local_apic.h"

/* 8254 data-sheet; port 0x61 gates channel 2 (bit 0), drives the speaker (bit 1), shows its output (bit 5). */
#define PIT_CHANNEL_2 0x42
#define PIT_COMMAND 0x43
#define PIT_CHANNEL_2_ONE_SHOT 0xb0
#define PIT_HERTZ 1193182
#define GATE 0x61
#define GATE_ON 0x01
#define GATE_SPEAKER 0x02
#define GATE_OUTPUT 0x20
#define PATIENCE 10000000 /* readings; a tick takes far fewer */

#define APIC_TIMER_PERIODIC 0x20000
#define ONCE 16                              /* timer_start_once: the part of a tick */
#define MICROSECONDS (1000000 / TIMER_HERTZ) /* in a tick */

uint64_t timer_stamps;
static uint32_t clocks; /* of the controller, in a tick */

/* Waits for the output of the PIT's one shot to be as it should; 0 when it never is. */
static uint32_t await_output(uint8_t output)
{
    uint32_t patience = PATIENCE;

    while ((port_read_8(GATE) & GATE_OUTPUT) != output && --patience)
        ;
    return patience;
}

/* Controller clocks that pass in one tick, by the PIT's one shot of that length; 0 when there is no PIT. */
static uint32_t measure(void)
{
    uint32_t shot = PIT_HERTZ / TIMER_HERTZ;
    uint8_t gate = port_read_8(GATE) & ~(GATE_SPEAKER | GATE_ON);

    port_write_8(GATE, gate);
    port_write_8(PIT_COMMAND, PIT_CHANNEL_2_ONE_SHOT);
    port_write_8(PIT_CHANNEL_2, (uint8_t)shot);
    port_write_8(PIT_CHANNEL_2, (uint8_t)(shot >> 8));
    if (!await_output(0)) /* low from the command on; counting waits for the gate */
        return 0;
    uint64_t start = time_stamp_read();
    local_apic_write(APIC_TIMER_INITIAL, UINT32_MAX);
    port_write_8(GATE, gate | GATE_ON);
    if (!await_output(GATE_OUTPUT))
        return 0;
    timer_stamps = time_stamp_read() - start;
    return UINT32_MAX - local_apic_read(APIC_TIMER_CURRENT);
}

bool timer_measure(void)
{
    clocks = measure();
    return clocks != 0 && clocks != UINT32_MAX; /* no PIT, or the counter reads all ones or zero: there is none */
}

void timer_start(void)
{
    local_apic_write(APIC_TIMER, APIC_TIMER_PERIODIC | VECTOR_TIMER);
    local_apic_write(APIC_TIMER_INITIAL, clocks);
}

void timer_start_once(void)
{
    local_apic_write(APIC_TIMER, VECTOR_TIMER);
    local_apic_write(APIC_TIMER_INITIAL, clocks / ONCE + 1);
}

void timer_wait(uint64_t microseconds)
{
    uint64_t start = time_stamp_read();

    while (time_stamp_read() - start < timer_stamps * microseconds / MICROSECONDS)
        __builtin_ia32_pause();
}
