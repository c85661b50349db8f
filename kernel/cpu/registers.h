/* A task's registers while it does not run. A system call may clobber all but rsp, so one that blocks
 * in a call keeps its message here and reads its result from here; the last five matter after an
 * interrupt only. entry/interrupt.S and ipc/fastpath.S know the order through entry/offsets.c. */
#ifndef KERNEL_CPU_REGISTERS_H
#define KERNEL_CPU_REGISTERS_H

#include <quire/abi.h>
#include <stdint.h>

struct registers {
    uint64_t rax;
    uint64_t rdi;
    uint64_t rsi;
    uint64_t words[MESSAGE_WORDS]; /* rdx r8 r9 r10 r12 */
    uint64_t r13;
    uint64_t r14;
    uint64_t rsp;
    uint64_t rip;
    uint64_t rflags;
    uint64_t rbx;
    uint64_t rbp;
    uint64_t r15;
    uint64_t rcx;
    uint64_t r11;
};

#define SYSTEM_CALL_LENGTH 2 /* bytes of the instruction: who goes on before it asks again */

#define RFLAGS_START UINT64_C(0x202)    /* of a task: interrupts on; bit 1 is always set */
#define RFLAGS_RESUME UINT64_C(0x10000) /* the next instruction is no breakpoint */
#define RFLAGS_TRAP UINT64_C(0x100)     /* an exception after each instruction */

/* Sets every register that could carry a result to 0; rsp, rip and rflags stay. */
static inline void registers_clear(struct registers *registers)
{
    registers->rax = 0;
    registers->rdi = 0;
    registers->rsi = 0;
    for (int i = 0; i < MESSAGE_WORDS; i++)
        registers->words[i] = 0;
    registers->r13 = 0;
    registers->r14 = 0;
    registers->rbx = 0;
    registers->rbp = 0;
    registers->r15 = 0;
}

#endif
