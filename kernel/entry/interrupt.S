/* Ways into the kernel by interrupt and exception, and the one way back to a task. */
#include "kernel/layout.h"
#include "kernel/entry/rules.inc"
#include "kernel/entry/save.inc"

    .text

/* 256 entries of 16 bytes each: every vector ends up in interrupt_common with an error code (0 where the
 * processor pushes none: Intel SDM volume 3, table 6-1) and its number on the stack. */
    .balign 16
    .global interrupt_entries
interrupt_entries:
    vector = 0
    .rept 256
    .balign 16
    .if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30)
    pushq $0
    .endif
    pushq $vector
    jmp interrupt_common
    vector = vector + 1
    .endr

interrupt_common:
    pushq $2                    /* as at a system call: no direction, no alignment check (which would let */
    popfq                       /* the kernel touch tasks' pages under SMAP), no nested task */
    testb $3, 24(%rsp)
    jz interrupt_on_stack
    cmpq $2, (%rsp)             /* non-maskable interrupt, double fault and machine check: own stacks, */
    je interrupt_on_stack       /* and the task's saved registers stay untouched */
    cmpq $8, (%rsp)
    je interrupt_on_stack
    cmpq $18, (%rsp)
    je interrupt_on_stack

    pushq %rbx
    movq CPU_CURRENT, %rbx
    save_message
    movq %rbp, REGISTERS_RBP(%rbx)
    movq %r15, REGISTERS_R15(%rbx)
    movq %rcx, REGISTERS_RCX(%rbx)
    movq %r11, REGISTERS_R11(%rbx)
    popq REGISTERS_RBX(%rbx)
    popq %rdi                   /* vector */
    popq %rsi                   /* error code */
    popq REGISTERS_RIP(%rbx)
    addq $8, %rsp
    popq REGISTERS_RFLAGS(%rbx)
    popq REGISTERS_RSP(%rbx)
    movl $1, TASK_RESUME(%rbx)
    movq $CPU_STACK_TOP, %rsp
    xorl %ebp, %ebp
    call trap_from_task
    jmp resume_current

/* From the kernel itself, or on a stack of its own: everything goes on that stack, and returns from it. */
interrupt_on_stack:
    .irp register, rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
    pushq %\register
    .endr
    movq %rsp, %rdi
    call trap_on_stack
    .irp register, r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax
    popq %\register
    .endr
    addq $16, %rsp
    iretq

/* Goes on with the current task from its saved registers. Its address space and FPU state are in place. */
    .global resume_current
resume_current:
    rules_leave
    movq CPU_CURRENT, %rbx
    movq REGISTERS_RAX(%rbx), %rax
    movq REGISTERS_RDI(%rbx), %rdi
    movq REGISTERS_RSI(%rbx), %rsi
    movq REGISTERS_RDX(%rbx), %rdx
    movq REGISTERS_R8(%rbx), %r8
    movq REGISTERS_R9(%rbx), %r9
    movq REGISTERS_R10(%rbx), %r10
    movq REGISTERS_R12(%rbx), %r12
    movq REGISTERS_R13(%rbx), %r13
    movq REGISTERS_R14(%rbx), %r14
    cmpl $0, TASK_RESUME(%rbx)
    jne 1f
    movq REGISTERS_RSP(%rbx), %rsp
    movq REGISTERS_RIP(%rbx), %rcx
    movq REGISTERS_RFLAGS(%rbx), %r11
    xorl %ebx, %ebx
    xorl %ebp, %ebp
    xorl %r15d, %r15d
    sysretq

1:  movl $0, TASK_RESUME(%rbx)
    movq $CPU_STACK_TOP, %rsp
    pushq $SELECTOR_USER_DATA
    pushq REGISTERS_RSP(%rbx)
    pushq REGISTERS_RFLAGS(%rbx)
    pushq $SELECTOR_USER_CODE
    pushq REGISTERS_RIP(%rbx)
    movq REGISTERS_RBP(%rbx), %rbp
    movq REGISTERS_R15(%rbx), %r15
    movq REGISTERS_RCX(%rbx), %rcx
    movq REGISTERS_R11(%rbx), %r11
    movq REGISTERS_RBX(%rbx), %rbx
    iretq

    .section .note.GNU-stack, "", @progbits
