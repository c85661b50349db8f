/* The first instruction of a task. The kernel enters with rsp = STACK_TOP and every other register 0. */
    .section .text.start, "ax", @progbits
    .globl _start
    .type _start, @function
_start:
    .cfi_startproc
    .cfi_undefined rip          /* nobody called: a debugger's backtrace ends here */
    call task_enter             /* pushes 8 bytes: the stack is then as the C ABI wants it */
    ud2                         /* never reached: task_enter does not return */
    .cfi_endproc
    .size _start, . - _start

    .section .note.GNU-stack, "", @progbits
