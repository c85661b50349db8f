#include "kernel/cpu/local_apic.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/instructions.h"

#define REGISTER_APIC_BASE 0x1b
#define APIC_BASE_X2APIC (UINT64_C(1) << 10)
#define APIC_BASE_ENABLE (UINT64_C(1) << 11)
#define X2APIC_FIRST 0x800 /* the first of the model-specific registers */

#define APIC_TASK_PRIORITY 0x080
#define APIC_END_OF_INTERRUPT 0x0b0
#define APIC_SPURIOUS 0x0f0
#define APIC_SPURIOUS_ENABLE 0x100
#define APIC_COMMAND 0x300 /* of interrupts to other CPUs (Intel SDM volume 3, 11.6.1); one register in an x2APIC */
#define APIC_COMMAND_HIGH 0x310 /* whom to, in the upper eight bits */
#define APIC_LINE_0 0x350
#define APIC_LINE_1 0x360
#define APIC_EXTERNAL 0x700     /* the legacy controllers say which vector */
#define APIC_NON_MASKABLE 0x400 /* delivered as such: a button or a failing bus is worth a line on the console */
#define APIC_DIVIDE_BY_16 0x03

#define COMMAND_NON_MASKABLE 0x4400 /* delivery mode 4, level: assert */
#define COMMAND_INIT 0x4500
#define COMMAND_STARTUP 0x4600 /* and the number of the page */
#define COMMAND_FIXED 0x4000   /* and the vector */
#define COMMAND_PENDING 0x1000 /* the one before has not been taken over by the bus */
#define PATIENCE 1000000       /* readings until a bus that never takes over counts as broken: nothing is sent by it */

#define LEAF_1_ECX_X2APIC (1u << 21)
#define LEAF_TOPOLOGY 0xb /* edx: the id in full, where ebx is not 0 (Intel SDM volume 2, CPUID) */

static bool by_model_register;

uint32_t local_apic_own_id(void)
{
    if (cpuid(0, 0).eax >= LEAF_TOPOLOGY && cpuid(LEAF_TOPOLOGY, 0).ebx)
        return cpuid(LEAF_TOPOLOGY, 0).edx;
    return cpuid(1, 0).ebx >> 24;
}

bool local_apic_has_x2apic(void)
{
    return cpuid(1, 0).ecx & LEAF_1_ECX_X2APIC;
}

bool local_apic_reaches(uint32_t apic_id)
{
    return by_model_register ? apic_id != UINT32_MAX : apic_id <= APIC_ID_MAX;
}

void local_apic_choose_x2apic(void)
{
    by_model_register = true;
}

void local_apic_write(uint32_t offset, uint32_t value)
{
    if (by_model_register)
        model_register_write(X2APIC_FIRST + offset / 16, value);
    else
        *(volatile uint32_t *)(CPU_INTERRUPT_CONTROLLER + offset) = value;
}

uint32_t local_apic_read(uint32_t offset)
{
    if (by_model_register)
        return (uint32_t)model_register_read(X2APIC_FIRST + offset / 16);
    return *(volatile uint32_t *)(CPU_INTERRUPT_CONTROLLER + offset);
}

bool local_apic_initialise(void)
{
    uint64_t base = model_register_read(REGISTER_APIC_BASE);

    if (this_cpu->number == 0)
        by_model_register |= (base & APIC_BASE_X2APIC) != 0;
    if (!by_model_register && (base & APIC_BASE_X2APIC))
        return false;
    /* Two steps: one does not lead from off to x2APIC (Intel SDM volume 3, 11.12.5). */
    model_register_write(REGISTER_APIC_BASE, base | APIC_BASE_ENABLE);
    if (by_model_register)
        model_register_write(REGISTER_APIC_BASE, base | APIC_BASE_ENABLE | APIC_BASE_X2APIC);
    this_cpu->apic_id = local_apic_own_id();
    local_apic_write(APIC_TASK_PRIORITY, 0);
    local_apic_write(APIC_SPURIOUS, APIC_SPURIOUS_ENABLE | VECTOR_SPURIOUS);
    local_apic_write(APIC_LINE_0, this_cpu->number == 0 ? APIC_EXTERNAL : APIC_MASKED);
    local_apic_write(APIC_LINE_1, this_cpu->number == 0 ? APIC_NON_MASKABLE : APIC_MASKED);
    local_apic_write(APIC_TIMER_DIVIDE, APIC_DIVIDE_BY_16);
    local_apic_write(APIC_TIMER, APIC_MASKED | VECTOR_TIMER);
    return true;
}

void interrupt_acknowledge(void)
{
    local_apic_write(APIC_END_OF_INTERRUPT, 0);
}

static void send(uint32_t apic_id, uint32_t command)
{
    if (by_model_register) {
        /* Writes of these registers wait for no store before them, and what the other CPU is to see is one. */
        __asm__ volatile("mfence; lfence" ::: "memory");
        model_register_write(X2APIC_FIRST + APIC_COMMAND / 16, (uint64_t)apic_id << 32 | command);
        return;
    }
    for (uint32_t k = 0; k < PATIENCE && (local_apic_read(APIC_COMMAND) & COMMAND_PENDING); k++)
        ;
    local_apic_write(APIC_COMMAND_HIGH, apic_id << 24);
    local_apic_write(APIC_COMMAND, command);
}

void interrupt_send(uint32_t cpu_number, uint32_t vector)
{
    send(cpus[cpu_number]->apic_id, COMMAND_FIXED | vector);
}

void interrupt_send_non_maskable(uint32_t cpu_number)
{
    send(cpus[cpu_number]->apic_id, COMMAND_NON_MASKABLE);
}

void interrupt_send_init(uint32_t apic_id)
{
    send(apic_id, COMMAND_INIT);
}

void interrupt_send_startup(uint32_t apic_id, uint64_t address)
{
    send(apic_id, COMMAND_STARTUP | (uint32_t)(address / 4096));
}
