#include "kernel/cpu/descriptor.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/instructions.h"

/* Segment descriptors in long mode (Intel SDM volume 3, 3.4.5): present, accessed; code is 64-bit. */
#define KERNEL_CODE UINT64_C(0x00af9b000000ffff)
#define KERNEL_DATA UINT64_C(0x00cf93000000ffff)
#define USER_DATA UINT64_C(0x00cff3000000ffff)
#define USER_CODE UINT64_C(0x00affb000000ffff)
#define TASK_STATE_TYPE UINT64_C(0x89) /* 64-bit task state segment, present */

#define GATE_INTERRUPT UINT64_C(0x8e) /* interrupts off on entry, reachable from ring 0 only */
#define VECTORS 256
#define ENTRY_SIZE 16 /* of interrupt_entries in entry/interrupt.S */

/* Vectors with a stack of their own, by its number: non-maskable interrupt, double fault, machine check; and debug,
 * since a task that single-steps into a system call makes some processors trap on its stack. */
static const uint8_t stack_vectors[1 + CPU_INTERRUPT_STACKS] = {[1] = 2, [2] = 8, [3] = 18, [4] = 1};

/* Words of the task state segment. */
#define TASK_STATE_STACK 1            /* rsp0, low half first */
#define TASK_STATE_INTERRUPT_STACKS 9 /* ist1 to ist7, likewise */
#define TASK_STATE_PERMISSIONS 25     /* offset of the I/O permissions, in the upper half */

/* Model-specific registers of SYSCALL (Intel SDM volume 4, table 2-2). */
#define REGISTER_STAR UINT32_C(0xc0000081)
#define REGISTER_LSTAR UINT32_C(0xc0000082)
#define REGISTER_FLAGS_MASK UINT32_C(0xc0000084)
#define REGISTER_SYSENTER_SEGMENT UINT32_C(0x174)

#define DEBUG_CONTROL_OFF UINT64_C(0x400) /* of DR7, as after reset (Intel SDM volume 3, table 10-1) */

/* Cleared at a system call: trap, interrupt, direction, I/O privilege, nested task, alignment check. */
#define FLAGS_CLEARED UINT64_C(0x47700)

struct table_pointer {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

extern const char interrupt_entries[];
extern const char system_call_entry[], system_call_recorded[];

/* Interrupt gates, two words each (Intel SDM volume 3, 6.14.1). */
static uint64_t gates[VECTORS][2] __attribute__((aligned(4096)));

static void gates_fill(void)
{
    for (int vector = 0; vector < VECTORS; vector++) {
        uint64_t address = (uint64_t)(uintptr_t)&interrupt_entries[vector * ENTRY_SIZE];
        gates[vector][0] = (address & 0xffff) | (uint64_t)SELECTOR_KERNEL_CODE << 16 | GATE_INTERRUPT << 40 |
                           (address >> 16 & 0xffff) << 48;
        gates[vector][1] = address >> 32;
    }
    for (uint64_t k = 1; k <= CPU_INTERRUPT_STACKS; k++)
        gates[stack_vectors[k]][0] |= k << 32;
}

static void stack_set(uint32_t word, uint64_t address)
{
    this_cpu->task_state[word] = (uint32_t)address;
    this_cpu->task_state[word + 1] = (uint32_t)(address >> 32);
}

static void task_state_fill(void)
{
    stack_set(TASK_STATE_STACK, CPU_STACK_TOP);
    for (uint32_t k = 1; k <= CPU_INTERRUPT_STACKS; k++)
        stack_set(TASK_STATE_INTERRUPT_STACKS + 2 * (k - 1), CPU_INTERRUPT_STACK_TOP(k));
    /* Behind the segment's end: no port from ring 3. */
    this_cpu->task_state[TASK_STATE_PERMISSIONS] = sizeof(this_cpu->task_state) << 16;
}

static void descriptors_fill(void)
{
    uint64_t base = (uint64_t)(uintptr_t)this_cpu->task_state;
    uint64_t limit = sizeof(this_cpu->task_state) - 1;

    this_cpu->descriptors[0] = 0;
    this_cpu->descriptors[1] = KERNEL_CODE;
    this_cpu->descriptors[2] = KERNEL_DATA;
    this_cpu->descriptors[3] = USER_DATA;
    this_cpu->descriptors[4] = USER_CODE;
    this_cpu->descriptors[5] = limit | (base & 0xffffff) << 16 | TASK_STATE_TYPE << 40 | (base >> 24 & 0xff) << 56;
    this_cpu->descriptors[6] = base >> 32;
}

void descriptor_initialise(void)
{
    struct table_pointer segments = {sizeof(this_cpu->descriptors) - 1, (uint64_t)(uintptr_t)this_cpu->descriptors};
    struct table_pointer interrupts = {sizeof(gates) - 1, (uint64_t)(uintptr_t)gates};

    if (this_cpu->number == 0)
        gates_fill();
    task_state_fill();
    descriptors_fill();
    __asm__ volatile("lgdt %0" ::"m"(segments));
    __asm__ volatile("pushq %0; leaq 1f(%%rip), %%rax; pushq %%rax; lretq; 1:\n\t"
                     "movl %1, %%eax; movl %%eax, %%ss; xorl %%eax, %%eax; movl %%eax, %%ds; movl %%eax, %%es; "
                     "movl %%eax, %%fs; movl %%eax, %%gs" ::"i"(SELECTOR_KERNEL_CODE),
                     "i"(SELECTOR_KERNEL_DATA)
                     : "rax", "memory");
    __asm__ volatile("lidt %0" ::"m"(interrupts));
    __asm__ volatile("lldt %w0" ::"r"(0)); /* none: after reset it lies at address 0, where a task may write */
    __asm__ volatile("ltr %w0" ::"r"(SELECTOR_TASK_STATE));
    __asm__ volatile("movq %0, %%dr7" ::"r"(DEBUG_CONTROL_OFF)); /* breakpoints that the loader set */
    model_register_write(REGISTER_SYSENTER_SEGMENT, 0);          /* and another way into ring 0 */
    model_register_write(REGISTER_STAR, (uint64_t)SELECTOR_KERNEL_CODE << 32 | (uint64_t)(SELECTOR_USER_DATA - 8)
                                                                                   << 48);
    model_register_write(REGISTER_LSTAR, (uint64_t)(uintptr_t)system_call_entry);
    model_register_write(REGISTER_FLAGS_MASK, FLAGS_CLEARED);
}

void descriptor_record_system_calls(void)
{
    model_register_write(REGISTER_LSTAR, (uint64_t)(uintptr_t)system_call_recorded);
}
