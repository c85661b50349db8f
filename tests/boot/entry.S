/* The shim's ends: how the boot loader enters it, and how it enters the kernel. */
#include "kernel/boot/multiboot2.h"

    .section .header, "a"
    .balign 8
header:
    .long MULTIBOOT2_HEADER_MAGIC
    .long MULTIBOOT2_ARCHITECTURE_I386
    .long header_end - header
    .long -(MULTIBOOT2_HEADER_MAGIC + MULTIBOOT2_ARCHITECTURE_I386 + (header_end - header))
    .short MULTIBOOT2_HEADER_TAG_MODULE_ALIGNMENT, 0
    .long 8
    .short MULTIBOOT2_HEADER_TAG_END, 0
    .long 8
header_end:

    .text
    .code32
    .global shim_entry
shim_entry:
    cli
    cld
    movl $stack_top, %esp
    pushl %ebx
    pushl %eax
    call shim_main
1:  hlt
    jmp 1b

    /* kernel_enter(entry, magic, information): segments, flags and modes are still as the boot loader left them,
     * which is as the kernel may expect them (Multiboot2 specification 3.3). */
    .global kernel_enter
kernel_enter:
    movl 4(%esp), %ecx
    movl 8(%esp), %eax
    movl 12(%esp), %ebx
    jmp *%ecx

    .bss
    .balign 16
    .skip 16384
stack_top:

    .section .note.GNU-stack, "", @progbits
