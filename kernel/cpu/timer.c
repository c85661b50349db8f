#include "kernel/cpu/timer.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/instructions.h"
#include <stdbool.h>

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

/* Local APIC registers (Intel SDM volume 3, table 11-1); in x2APIC mode model-specific from 0x800 on. */
#define REGISTER_APIC_BASE 0x1b
#define APIC_BASE_X2APIC (UINT64_C(1) << 10) /* the loader's firmware left it in this mode */
#define APIC_BASE_ENABLE (UINT64_C(1) << 11)
#define X2APIC_FIRST 0x800
#define APIC_TASK_PRIORITY 0x080
#define APIC_END_OF_INTERRUPT 0x0b0
#define APIC_SPURIOUS 0x0f0
#define APIC_SPURIOUS_ENABLE 0x100
#define APIC_TIMER 0x320
#define APIC_LINE_0 0x350
#define APIC_LINE_1 0x360
#define APIC_MASKED 0x10000
#define APIC_EXTERNAL 0x700     /* the legacy controllers say which vector */
#define APIC_NON_MASKABLE 0x400 /* delivered as such: a button or a failing bus is worth a line on the console */
#define APIC_TIMER_PERIODIC 0x20000
#define APIC_TIMER_INITIAL 0x380
#define APIC_TIMER_CURRENT 0x390
#define APIC_TIMER_DIVIDE 0x3e0
#define APIC_DIVIDE_BY_16 0x03

static bool by_model_register; /* the same on every CPU */

uint64_t timer_stamps;

static void apic_write(uint32_t offset, uint32_t value)
{
    if (by_model_register)
        model_register_write(X2APIC_FIRST + offset / 16, value);
    else
        *(volatile uint32_t *)(CPU_INTERRUPT_CONTROLLER + offset) = value;
}

static uint32_t apic_read(uint32_t offset)
{
    if (by_model_register)
        return (uint32_t)model_register_read(X2APIC_FIRST + offset / 16);
    return *(volatile uint32_t *)(CPU_INTERRUPT_CONTROLLER + offset);
}

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
    apic_write(APIC_TIMER_INITIAL, UINT32_MAX);
    port_write_8(GATE, gate | GATE_ON);
    if (!await_output(GATE_OUTPUT))
        return 0;
    timer_stamps = time_stamp_read() - start;
    return UINT32_MAX - apic_read(APIC_TIMER_CURRENT);
}

uint32_t timer_initialise(void)
{
    uint64_t base = model_register_read(REGISTER_APIC_BASE);

    by_model_register = base & APIC_BASE_X2APIC;
    model_register_write(REGISTER_APIC_BASE, base | APIC_BASE_ENABLE);
    apic_write(APIC_TASK_PRIORITY, 0);
    apic_write(APIC_SPURIOUS, APIC_SPURIOUS_ENABLE | VECTOR_SPURIOUS);
    apic_write(APIC_LINE_0, APIC_EXTERNAL);
    apic_write(APIC_LINE_1, APIC_NON_MASKABLE);
    apic_write(APIC_TIMER_DIVIDE, APIC_DIVIDE_BY_16);
    apic_write(APIC_TIMER, APIC_MASKED | VECTOR_TIMER);
    uint32_t clocks = measure();
    if (clocks == 0 || clocks == UINT32_MAX) /* no PIT, or the counter reads all ones or zero: there is none */
        return 0;
    apic_write(APIC_TIMER, APIC_TIMER_PERIODIC | VECTOR_TIMER);
    apic_write(APIC_TIMER_INITIAL, clocks);
    return clocks;
}

void interrupt_acknowledge(void)
{
    apic_write(APIC_END_OF_INTERRUPT, 0);
}
