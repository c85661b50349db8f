/* Issues system calls with registers that it draws, for ever. It has no memory: what it draws from stands in rsp, the one
 * register that the kernel keeps. Runs anywhere. The multiplier is Knuth's for MMIX, The Art of Computer Programming,
 * volume 2, 3.3.4, line 26 of table 1. */
#define EXIT 8
#define YIELD 7

/* Some bits of rsp, from one on; clobbers nothing else. */
.macro drawn bits, from, register
    movq %rsp, \register
    shrq $\from, \register
    andq $((1 << \bits) - 1), \register
.endm

/* A handle of the first 8 entries with a generation up to 15. */
.macro drawn_handle from, register
    drawn 4, \from, \register
    shlq $32, \register
    movq %rsp, %rcx
    shrq $(\from + 4), %rcx
    andq $7, %rcx
    orq %rcx, \register
.endm

    .section .rodata
    .global gremlin_code, gremlin_code_size
gremlin_code:
    movabsq $6364136223846793005, %rax
    imulq %rax, %rsp
    addq $12345, %rsp
    drawn_handle 20, %rdi
    drawn_handle 27, %rsi
    drawn_handle 34, %r13
    drawn 3, 41, %rdx
    drawn 3, 44, %r8
    drawn_handle 22, %r14
    drawn 5, 56, %r10
    drawn 2, 47, %rax           /* n */
    shlq $4, %rax
    drawn 2, 49, %rcx           /* mode */
    orq %rcx, %rax
    shlq $4, %rax
    drawn 3, 51, %rcx           /* want */
    orq %rcx, %rax
    shlq $8, %rax
    orq %r10, %rax
    drawn 6, 37, %rcx           /* dst */
    shlq $32, %rcx
    orq %rcx, %rax
    cmpb $EXIT, %al
    jne 1f
    movl $YIELD, %eax
1:  testl $0x1f, %eax           /* a call: often to the frame server, with one of its numbers */
    jnz 2f
    drawn 1, 54, %rcx
    jrcxz 2f
    drawn 5, 29, %rsi
2:  syscall
    jmp gremlin_code
    .set gremlin_code_bytes, . - gremlin_code
    .balign 8
gremlin_code_size:
    .quad gremlin_code_bytes

    .section .note.GNU-stack, "", @progbits
