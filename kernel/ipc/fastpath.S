/* The system-call entry and the shortest way of a message: a call that carries words only to a receiver that waits,
 * and the reply to it. What it does not take goes on: requests to the frame server with one handle, and their
 * replies, to service.S; everything else to system_call() in C, which does all that the shorter ways do and more. */
#include "kernel/ipc/short_way.inc"

/* Hands the FPU from the task in rbx to the one in rbp. The last check: after it nothing turns back.
 * Clobbers r11, and between two FPU tasks r14 and rax (left 0). The less usual ways are below: fpu_same, fpu_open. */
.macro switch_fpu way
    movl TASK_FPU(%rbx), %r11d
    cmpl TASK_FPU(%rbp), %r11d
    je fpu_same_\way
    testl %r11d, %r11d
    jz fpu_open_\way
    close_fpu
fpu_done_\way:
.endm

.macro switch_fpu_rest way
fpu_open_\way:
    leaq TASK_FPU_AREA(%rbp), %r11
    cmpq CPU_FPU_OWNER, %r11
    jne system_call_slow
    open_fpu
    jmp fpu_done_\way
fpu_same_\way:
    testl %r11d, %r11d
    jz fpu_done_\way
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
    jmp fpu_done_\way
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
    switch_fpu call
    cmpl $0, TASK_SERVER(%rbp)
    jne keep_message
deliver_call:
    movq ENTRY_PLACE(%rcx), %rdi        /* the badge */
    begin_service
    xorl %r13d, %r13d
    xorl %r14d, %r14d
    clear_selectors %r14d
    enter_task

/* The frame server may die in this call and have to see the message again. */
keep_message:
    save_words
    movq ENTRY_PLACE(%rcx), %r11
    movq %r11, TASK_BADGE(%rbx)
    jmp deliver_call
    switch_fpu_rest call

not_plain_call:
    cmpb $SYSTEM_CALL_REPLY_RECEIVE, %al
    jb service_call
    jne system_call_slow
    movq TASK_CALLER(%rbx), %rbp
    testq %rbp, %rbp
    jz system_call_slow
    resolve_endpoint RIGHT_RECEIVE
    movq LINE_ATTENTION(%r15), %r11     /* nobody else calls, nothing is notified, nobody else receives here */
    orq LINE_RECEIVER(%r15), %r11
    jnz system_call_slow
    movl CPU_READY_MASK, %r11d
    andl TASK_HIGHER(%rbp), %r11d
    orl CPU_RESCHEDULE, %r11d
    jnz system_call_slow
    cmpq $0, SERVICE_PENDING(%rbp)
    jne more_than_words
    cmpw $SYSTEM_CALL_REPLY_RECEIVE, %ax /* without an action; n and dst name room for handles */
    jne system_call_slow
plain_reply:
    movq %rax, REGISTERS_RAX(%rbx)
    movq %rdi, REGISTERS_RDI(%rbx)      /* should it be stopped: it receives anew when it goes on */
    switch_fpu reply
    end_service
    xorl %eax, %eax
    xorl %edi, %edi
    xorl %r13d, %r13d
    xorl %r14d, %r14d
    clear_selectors %r14d
    enter_task
    switch_fpu_rest reply

more_than_words:
    cmpl $0, TASK_SERVER(%rbx)
    jne service_reply
    cmpl $(MODE_MOVE << MODE_SHIFT), SERVICE_PENDING(%rbp) /* what moved is there since the call: only words go back */
    jne system_call_slow
    cmpw $SYSTEM_CALL_REPLY_RECEIVE, %ax
    jne system_call_slow
    movq $0, SERVICE_PENDING(%rbp)      /* C, should it have to answer, has nothing to settle either */
    jmp plain_reply

/* C does it, whatever it is. */
    .global system_call_slow
system_call_slow:
    save_message
    .global system_call_slow_saved
system_call_slow_saved:
    movq $CPU_STACK_TOP, %rsp
    xorl %ebp, %ebp
    movq %rbx, %rdi
    call system_call
    jmp resume_current

#ifdef CHECKED
    .global rules_left
rules_left:
    movq $CPU_STACK_TOP, %rsp
    call rules_left_locked
rules_locked_second:
    movq $CPU_STACK_TOP, %rsp
    call rules_locked_in_assembly
    .global rules_locked_second
#endif

    .section .note.GNU-stack, "", @progbits
