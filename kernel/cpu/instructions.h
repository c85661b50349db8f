/* Processor instructions that C has no words for. */
#ifndef KERNEL_CPU_INSTRUCTIONS_H
#define KERNEL_CPU_INSTRUCTIONS_H

#include "kernel/rules.h"
#include <stdint.h>

static inline void port_write_8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}

static inline void port_write_32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" ::"a"(value), "Nd"(port));
}

static inline uint8_t port_read_8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void port_write_bytes(uint16_t port, const void *bytes, uint64_t count)
{
    __asm__ volatile("rep outsb" : "+S"(bytes), "+c"(count) : "d"(port) : "memory");
}

static inline uint64_t model_register_read(uint32_t number)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
    return (uint64_t)high << 32 | low;
}

static inline void model_register_write(uint32_t number, uint64_t value)
{
    __asm__ volatile("wrmsr" ::"c"(number), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

static inline uint64_t time_stamp_read(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

static inline uint64_t control_0_read(void)
{
    uint64_t value;
    __asm__ volatile("movq %%cr0, %0" : "=r"(value));
    return value;
}

static inline void control_0_write(uint64_t value)
{
    __asm__ volatile("movq %0, %%cr0" ::"r"(value) : "memory");
}

static inline uint64_t control_2_read(void)
{
    uint64_t value;
    __asm__ volatile("movq %%cr2, %0" : "=r"(value));
    return value;
}

static inline uint64_t control_3_read(void)
{
    uint64_t value;
    __asm__ volatile("movq %%cr3, %0" : "=r"(value)::"memory");
    return value;
}

static inline void control_3_write(uint64_t value)
{
    __asm__ volatile("movq %0, %%cr3" ::"r"(value) : "memory");
}

static inline void control_4_write(uint64_t value)
{
    __asm__ volatile("movq %0, %%cr4" ::"r"(value) : "memory");
}

/* A breakpoint at an instruction: its address in debug register 0, and 1 in register 7 to watch for it, which also has one bit that
 * is always set (Intel SDM volume 3, 17.2). */
#define DEBUG_7_NONE UINT64_C(0x400)

static inline void breakpoint_set(uint64_t address)
{
    __asm__ volatile("movq %0, %%dr0; movq %1, %%dr7" ::"r"(address), "r"(DEBUG_7_NONE | 1) : "memory");
}

static inline void breakpoint_clear(void)
{
    __asm__ volatile("movq %0, %%dr7" ::"r"(DEBUG_7_NONE) : "memory");
}

/* Data segments select nothing that matters in 64-bit mode, but what they select is a task's, and no other's to see. */
static inline void selectors_clear(void)
{
    __asm__ volatile("movl %0, %%ds; movl %0, %%es; movl %0, %%fs; movl %0, %%gs" ::"r"(0));
}

static inline void page_invalidate(uint64_t virtual_address)
{
    __asm__ volatile("invlpg (%0)" ::"r"(virtual_address) : "memory");
}

/* Lets interrupts in that wait, in the middle of long work: their handlers make tasks ready, and nothing else. The
 * instruction after sti is still shielded (Intel SDM volume 2, STI). */
static inline void interrupt_window(void)
{
    RULE_HOLDS(LOCK_INTERRUPTS, rules_unlocked());
    __asm__ volatile("sti; nop; cli" ::: "memory");
}

static _Noreturn inline void halt_for_ever(void)
{
    for (;;)
        __asm__ volatile("cli; hlt");
}

struct cpuid_result {
    uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid_result cpuid(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid_result result;
    __asm__ volatile("cpuid"
                     : "=a"(result.eax), "=b"(result.ebx), "=c"(result.ecx), "=d"(result.edx)
                     : "a"(leaf), "c"(subleaf));
    return result;
}

static inline void words_fill(void *words, uint64_t value, uint64_t count)
{
    __asm__ volatile("rep stosq" : "+D"(words), "+c"(count) : "a"(value) : "memory");
}

/* Zeroes one frame, 512 iterations of 8 bytes. */
static inline void frame_zero(void *frame)
{
    words_fill(frame, 0, 512);
}

#endif
