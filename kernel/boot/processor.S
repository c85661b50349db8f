/* From a STARTUP interrupt to processor_main: what boot/header.S is for the CPU that booted. */
#include "kernel/layout.h"

#define CR0_PROTECTED 0x11      /* protected mode, and a bit that is always set; caches on */
#define OFFER_MADE 1            /* see boot/processors.c */
#define OFFER_TAKEN 2
#define LEAF_TOPOLOGY 0xb       /* as in cpu/local_apic.c */

#define PHYSICAL(symbol) (symbol - KERNEL_ADDRESS)

    /* Copied to a frame below 1 MiB, where it runs in real mode: cs is the frame, ip is 0. */
    .section .rodata
    .code16
    .global processor_start, processor_start_end
processor_start:
    cli
    cld
    lgdtl %cs:1f - processor_start
    movl $CR0_PROTECTED, %eax
    movl %eax, %cr0
    ljmpl $SELECTOR_BOOT_CODE, $processor_entry
    .balign 4
1:  .short 4 * 8 - 1
    .long boot_table
processor_start_end:

    .section .boot.text, "ax"
    .code32
processor_entry:
    movl $SELECTOR_BOOT_DATA, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss

    xorl %eax, %eax             /* its APIC id: local_apic_own_id */
    cpuid
    cmpl $LEAF_TOPOLOGY, %eax
    jb 1f
    movl $LEAF_TOPOLOGY, %eax
    xorl %ecx, %ecx
    cpuid
    testl %ebx, %ebx
    jnz 2f
1:  movl $1, %eax
    cpuid
    shrl $24, %ebx
    movl %ebx, %edx

    /* Takes the offer, if there is one for it; the stack and all else comes with it. */
2:  movl $OFFER_MADE, %eax
    movl $OFFER_TAKEN, %ebx
    movl %edx, %ecx
    lock cmpxchg8b PHYSICAL(processor_offer)
    jne 3f
    movl $processor_long, %ebx
    jmp long_mode_enter
3:  cli                         /* too late, or not wanted at all */
    hlt
    jmp 3b

    .code64
processor_long:
    movq $processor_high, %rax
    jmpq *%rax

    .text
processor_high:
    movq processor_root, %rax
    movq %rax, %cr3
    movq $CPU_STACK_TOP - 8, %rsp /* as if a call had been made */
    xorl %ebp, %ebp
    jmp processor_main

    .section .note.GNU-stack, "", @progbits
