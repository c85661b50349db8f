/* The kernel's last words, when it finds itself broken: an exception in ring 0, __builtin_trap() among them. */
#ifndef KERNEL_PANIC_PANIC_H
#define KERNEL_PANIC_PANIC_H

#include <stdint.h>

/* As entry/interrupt.S pushes them. */
struct stack_frame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
    uint64_t vector, error;
    uint64_t rip, cs, rflags, rsp, ss;
};

/* Tells the exception, registers, who called whom and the last events, and ends the machine. Nothing of the kernel's is
 * believed: whatever is read lies in memory that is there. A panic in here ends the machine at once. */
_Noreturn void panic(const struct stack_frame *frame);

#endif
