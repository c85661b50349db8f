/* A system call with every register in the caller's hands, those too that carry nothing by the ABI. */
#ifndef TESTS_TASKS_REGISTERS_H
#define TESTS_TASKS_REGISTERS_H

#include <stdint.h>

/* Both ways. rcx and r11 are the processor's own during a system call. */
struct all_registers {
    uint64_t rax;
    uint64_t rdi;
    uint64_t rsi;
    uint64_t words[5]; /* rdx r8 r9 r10 r12 */
    uint64_t r13;
    uint64_t r14;
    uint64_t rbx;
    uint64_t rbp;
    uint64_t r15;
};

static inline void system_call_all(struct all_registers *registers)
{
    __asm__ volatile("push %%rbp\n\t"
                     "push %%rcx\n\t"
                     "mov 0(%%rcx), %%rax\n\t"
                     "mov 8(%%rcx), %%rdi\n\t"
                     "mov 16(%%rcx), %%rsi\n\t"
                     "mov 24(%%rcx), %%rdx\n\t"
                     "mov 32(%%rcx), %%r8\n\t"
                     "mov 40(%%rcx), %%r9\n\t"
                     "mov 48(%%rcx), %%r10\n\t"
                     "mov 56(%%rcx), %%r12\n\t"
                     "mov 64(%%rcx), %%r13\n\t"
                     "mov 72(%%rcx), %%r14\n\t"
                     "mov 80(%%rcx), %%rbx\n\t"
                     "mov 88(%%rcx), %%rbp\n\t"
                     "mov 96(%%rcx), %%r15\n\t"
                     "syscall\n\t"
                     "mov (%%rsp), %%rcx\n\t"
                     "mov %%rax, 0(%%rcx)\n\t"
                     "mov %%rdi, 8(%%rcx)\n\t"
                     "mov %%rsi, 16(%%rcx)\n\t"
                     "mov %%rdx, 24(%%rcx)\n\t"
                     "mov %%r8, 32(%%rcx)\n\t"
                     "mov %%r9, 40(%%rcx)\n\t"
                     "mov %%r10, 48(%%rcx)\n\t"
                     "mov %%r12, 56(%%rcx)\n\t"
                     "mov %%r13, 64(%%rcx)\n\t"
                     "mov %%r14, 72(%%rcx)\n\t"
                     "mov %%rbx, 80(%%rcx)\n\t"
                     "mov %%rbp, 88(%%rcx)\n\t"
                     "mov %%r15, 96(%%rcx)\n\t"
                     "pop %%rcx\n\t"
                     "pop %%rbp"
                     : "+c"(registers)
                     :
                     : "rax", "rbx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
                       "memory", "cc");
}

#endif
