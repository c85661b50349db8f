/* The system-call entry and the shortest way of a message: a call that carries words only to a receiver that waits,
 * and the reply to it. What it does not take goes on: requests to the frame server with one handle, and their
 * replies, to service.c; everything else to system_call() in C, which does all that the shorter ways do and more.
 *
 * Interrupts are off from entry to exit (the flags mask clears IF), and the short way uses no stack. On entry rcx and
 * r11 hold the caller's rip and rflags; rbx, rbp and r15 may be clobbered by the system-call convention.
 * It decides first and writes afterwards: until its last check it changes nothing but rbx, rbp, r15, rcx and r11,
 * so that it can still leave for system_call_slow. */
#include "kernel/layout.h"
#include "kernel/entry/save.inc"

#define XSAVE_ALL 7                     /* x87, SSE, AVX, as far as XCR0 has them */

/* The endpoint handle in rdi: entry to rcx, its line to r15. Clobbers rbp, r11. */
.macro resolve_endpoint right
    movl %edi, %ecx
    cmpl TASK_HANDLE_LIMIT(%rbx), %ecx
    jae system_call_slow
    movl %ecx, %ebp                     /* tables of 64 entries of 64 bytes: asserted in offsets.c */
    shrl $6, %ebp
    andl $63, %ecx
    shll $6, %ecx
    addq TASK_TABLES(%rbx,%rbp,8), %rcx
    movq %rdi, %r11
    shrq $32, %r11
    cmpl %r11d, ENTRY_GENERATION(%rcx)
    jne system_call_slow
    movl ENTRY_KIND(%rcx), %ebp         /* kind and rights in one load */
    andl $0xffff | (\right << 16), %ebp
    cmpl $KIND_ENDPOINT | (\right << 16), %ebp
    jne system_call_slow
    movq ENTRY_DETAIL(%rcx), %r15
.endm

/* Hands the FPU from the task in rbx to the one in rbp. The last check: after it nothing turns back.
 * Clobbers r11, and in the case of two FPU tasks r14 and rax (left 0). */
.macro switch_fpu
    movl TASK_FPU(%rbx), %r11d
    cmpl TASK_FPU(%rbp), %r11d
    jne 1f
    testl %r11d, %r11d
    jz 3f
    cmpl $0, CPU_XSAVE
    je system_call_slow
    movq %rdx, %r14
    xorl %edx, %edx
    movl $XSAVE_ALL, %eax
    xsave64 TASK_FPU_AREA(%rbx)
    leaq TASK_FPU_AREA(%rbp), %r11
    xrstor64 (%r11)
    movq %r11, CPU_FPU_OWNER
    movq %r14, %rdx
    xorl %eax, %eax
    jmp 3f
1:  testl %r11d, %r11d
    jz 2f
    movq CPU_CONTROL_0_CLOSED, %r11     /* from an FPU task to one without: its state stays, out of reach */
    movq %r11, %cr0
    movl $1, CPU_FPU_CLOSED
    jmp 3f
2:  leaq TASK_FPU_AREA(%rbp), %r11
    cmpq CPU_FPU_OWNER, %r11
    jne system_call_slow
    clts
    movl $0, CPU_FPU_CLOSED
3:
.endm

/* Goes on in the task in rbp, which waited in a system call; rax, rdi, rsi and the words are set. */
.macro enter_task
    movq TASK_ROOT(%rbp), %rcx
    movq %rcx, %cr3
    movq %rbp, CPU_CURRENT
    movq REGISTERS_RSP(%rbp), %rsp
    movq REGISTERS_RIP(%rbp), %rcx
    movq REGISTERS_RFLAGS(%rbp), %r11
    xorl %r13d, %r13d
    xorl %r14d, %r14d
    xorl %r15d, %r15d
    xorl %ebx, %ebx
    xorl %ebp, %ebp
    sysretq
.endm

    .text
    .balign 64
    .global system_call_entry
system_call_entry:
    movq CPU_CURRENT, %rbx
    movq %rsp, REGISTERS_RSP(%rbx)
    movq %rcx, REGISTERS_RIP(%rbx)
    movq %r11, REGISTERS_RFLAGS(%rbx)
    testq %rax, %rax                    /* 0: CALL, wanting and carrying nothing */
    jnz not_plain_call

    resolve_endpoint RIGHT_CALL
    movq LINE_RECEIVER(%r15), %rbp
    testq %rbp, %rbp
    jz system_call_slow
    movl TASK_PRIORITY(%rbp), %r11d     /* a receiver below its caller has to wait for its turn */
    cmpl TASK_PRIORITY(%rbx), %r11d
    jb system_call_slow
    switch_fpu
    cmpl $0, TASK_SERVER(%rbp)
    jne keep_message
4:  movq ENTRY_PLACE(%rcx), %rdi        /* the badge */
    movq $0, LINE_RECEIVER(%r15)
    movq %rbx, TASK_CALLER(%rbp)
    movq %rbp, TASK_CALLEE(%rbx)
    movl $TASK_AWAITING, TASK_STATE(%rbx)
    movl $TASK_RUNNING, TASK_STATE(%rbp)
    enter_task

/* The frame server may die in this call and have to see the message again. */
keep_message:
    save_words
    movq ENTRY_PLACE(%rcx), %r11
    movq %r11, TASK_BADGE(%rbx)
    jmp 4b

not_plain_call:
    cmpw $1, %ax                        /* 1: REPLY_RECEIVE without an action; n and dst name room for handles */
    jne system_call_slow
    movq TASK_CALLER(%rbx), %rcx
    testq %rcx, %rcx
    jz system_call_slow
    cmpq $0, TASK_SERVICE_PENDING(%rcx) /* the caller gets words only */
    jne system_call_slow
    movq %rax, REGISTERS_RAX(%rbx)
    resolve_endpoint RIGHT_RECEIVE
    movq TASK_CALLER(%rbx), %rbp
    movq LINE_FIRST(%r15), %r11         /* nobody else calls, and nobody else receives here */
    orq LINE_RECEIVER(%r15), %r11
    jnz system_call_slow
    movl CPU_READY_MASK, %r11d
    testl TASK_HIGHER(%rbp), %r11d
    jnz system_call_slow
    cmpl $0, CPU_RESCHEDULE
    jne system_call_slow
    switch_fpu
    movq TASK_CONTROL(%rbx), %rcx       /* the reply is accepted: what the worker meant to do is done */
    movq $0, CONTROL_INTENT(%rcx)
    movq $0, CONTROL_INTENT_RUN(%rcx)
    movq %rbx, LINE_RECEIVER(%r15)
    movq $0, TASK_CALLER(%rbx)
    movl $TASK_RECEIVING, TASK_STATE(%rbx)
    movl $TASK_RUNNING, TASK_STATE(%rbp)
    xorl %eax, %eax
    xorl %edi, %edi
    enter_task

system_call_slow:
    save_message
    movq $CPU_STACK_TOP, %rsp
    xorl %ebp, %ebp
    movq %rbx, %rdi
    testb %al, %al                      /* calls to the frame server and its replies have a middle way */
    jnz 5f
    call service_call
    jmp 6f
5:  cmpb $1, %al
    jne 7f
    cmpl $0, TASK_SERVER(%rbx)
    je 7f
    call service_reply
6:  testb %al, %al
    jnz pass_message
    movq %rbx, %rdi
7:  call system_call
    jmp resume_current

/* Goes on in the current task, which waited in a system call: label and words come from the task in rbx, which made
 * this one; the other registers from where C put them. */
pass_message:
    movq CPU_CURRENT, %rbp
    movq REGISTERS_RSI(%rbx), %rsi
    movq REGISTERS_RDX(%rbx), %rdx
    movq REGISTERS_R8(%rbx), %r8
    movq REGISTERS_R9(%rbx), %r9
    movq REGISTERS_R10(%rbx), %r10
    movq REGISTERS_R12(%rbx), %r12
    movq REGISTERS_RAX(%rbp), %rax
    movq REGISTERS_RDI(%rbp), %rdi
    movq REGISTERS_R13(%rbp), %r13
    movq REGISTERS_R14(%rbp), %r14
    movq REGISTERS_RSP(%rbp), %rsp
    movq REGISTERS_RIP(%rbp), %rcx
    movq REGISTERS_RFLAGS(%rbp), %r11
    xorl %r15d, %r15d
    xorl %ebx, %ebx
    xorl %ebp, %ebp
    sysretq

    .section .note.GNU-stack, "", @progbits
