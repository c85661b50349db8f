/* What the bench starts and ends: it ends at its first call, and has an image of 64 KiB: one page of code, 15 of data. */
#define SYSTEM_CALL_EXIT 8 /* quire/system_calls.def */
#define DATA_BYTES (15 * 4096)
#define FILL 0x5a5a5a5a

    .section .text.start, "ax", @progbits
    .globl _start
    .type _start, @function
_start:
    movl $SYSTEM_CALL_EXIT, %eax
    xorl %edi, %edi
    syscall
    ud2
    .size _start, . - _start

    .section .rodata
    .fill DATA_BYTES / 4, 4, FILL

    .section .note.GNU-stack, "", @progbits
