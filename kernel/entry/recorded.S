/* The system-call entry while events are kept: stores one, and goes on to the usual entry as if nothing had been. Of the
 * registers that the convention lets it clobber, rbx keeps the task's stack pointer across C. */
#include "kernel/layout.h"

    .text
    .global system_call_recorded
system_call_recorded:
    movq %rsp, %rbx
    movq $CPU_STACK_TOP, %rsp
    .irp register, rcx, r11, r8, r9, r10, rdx, rsi, rdi, rax, r13
    pushq %\register
    .endr
    movq %rsp, %rdi
    call event_system_call
    .irp register, r13, rax, rdi, rsi, rdx, r10, r9, r8, r11, rcx
    popq %\register
    .endr
    movq %rbx, %rsp
    jmp system_call_entry

    .section .note.GNU-stack, "", @progbits
