/* From the boot loader to kernel_main: the Multiboot2 header, then 32-bit code that turns on long mode.
 * The page tables made here map the first 4 GiB at 0 and in the direct map, and the first 1 GiB at
 * KERNEL_ADDRESS, all writable and executable; kernel_main replaces them. */
#include "kernel/boot/multiboot2.h"
#include "kernel/layout.h"

#define PAGE_TABLE_ENTRY 0x03   /* present, writable */
#define LARGE_PAGE_ENTRY 0x83   /* and 2 MiB large */
#define EFER 0xc0000080
#define EFER_BITS 0x901         /* system calls, long mode, no-execute */
#define CR0_BITS 0x80010000     /* paging, write protection in ring 0 */
#define CR4_PAE 0x20
#define UART_DATA 0x3f8         /* see cpu/uart.c */
#define UART_LINE_STATUS 0x3fd
#define UART_TRANSMIT_EMPTY 0x20
#define UART_PATIENCE 100000
#define MACHINE_REFUSED 0x13    /* see verdict.h and verdict.c */
#define QEMU_EXIT_PORT 0xf4

    .section .boot.header, "a"
    .balign 8
header:
    .long MULTIBOOT2_HEADER_MAGIC
    .long MULTIBOOT2_ARCHITECTURE_I386
    .long header_end - header
    .long -(MULTIBOOT2_HEADER_MAGIC + MULTIBOOT2_ARCHITECTURE_I386 + (header_end - header))
    .balign 8
    .short MULTIBOOT2_HEADER_TAG_MODULE_ALIGNMENT, 0
    .long 8
    .balign 8
    .short MULTIBOOT2_HEADER_TAG_FRAMEBUFFER, MULTIBOOT2_HEADER_TAG_OPTIONAL
    .long 20
    .long 1024, 768, 32
    .balign 8
    .short MULTIBOOT2_HEADER_TAG_END, 0
    .long 8
header_end:

    .section .boot.text, "ax"
    .code32
    .global boot_entry
boot_entry:
    cli
    cld
    movl $boot_stack_top, %esp
    movl %eax, %edi             /* the loader's magic number */
    movl %ebx, %esi             /* physical address of its information */

    movl $0x80000000, %eax
    cpuid
    cmpl $0x80000001, %eax
    jb no_long_mode
    movl $0x80000001, %eax
    cpuid
    andl $0x20100000, %edx      /* long mode and no-execute (AMD APM volume 3, Fn8000_0001_EDX) */
    cmpl $0x20100000, %edx
    jne no_long_mode

    movl $boot_directory, %eax  /* 2048 large pages: 4 GiB */
    movl $LARGE_PAGE_ENTRY, %edx
    movl $2048, %ecx
1:  movl %edx, (%eax)
    addl $0x200000, %edx
    addl $8, %eax
    loop 1b
    movl $boot_directory + PAGE_TABLE_ENTRY, boot_low
    movl $boot_directory + 0x1000 + PAGE_TABLE_ENTRY, boot_low + 8
    movl $boot_directory + 0x2000 + PAGE_TABLE_ENTRY, boot_low + 16
    movl $boot_directory + 0x3000 + PAGE_TABLE_ENTRY, boot_low + 24
    movl $boot_directory + PAGE_TABLE_ENTRY, boot_high + 510 * 8
    movl $boot_low + PAGE_TABLE_ENTRY, boot_root
    movl $boot_low + PAGE_TABLE_ENTRY, boot_root + 256 * 8
    movl $boot_high + PAGE_TABLE_ENTRY, boot_root + 511 * 8

    movl $boot_long, %ebx

    /* Turns long mode on, with the tables above, and goes on at ebx. Other processors come here, too. */
    .global long_mode_enter
long_mode_enter:
    movl $CR4_PAE, %eax         /* and nothing that the loader may have left: no fifth level of tables */
    movl %eax, %cr4
    movl $boot_root, %eax
    movl %eax, %cr3
    movl $EFER, %ecx
    rdmsr
    orl $EFER_BITS, %eax
    wrmsr
    movl %cr0, %eax
    orl $CR0_BITS, %eax
    movl %eax, %cr0
    lgdt boot_descriptors
    ljmp $SELECTOR_KERNEL_CODE, $1f
    .code64
1:  movl %ebx, %ebx             /* clears the upper half */
    jmpq *%rbx
    .code32

    /* Too old a processor: say so on the serial port, as far as it is set up, and end (see verdict.c). */
no_long_mode:
    movl $no_long_mode_text, %esi
2:  movl $UART_PATIENCE, %ecx
4:  movw $UART_LINE_STATUS, %dx
    inb %dx, %al
    testb $UART_TRANSMIT_EMPTY, %al
    loopz 4b
    lodsb
    movw $UART_DATA, %dx
    outb %al, %dx
    testb %al, %al
    jnz 2b
    movl $MACHINE_REFUSED, %eax
    movw $QEMU_EXIT_PORT, %dx
    outl %eax, %dx
3:  hlt
    jmp 3b
no_long_mode_text:
    .asciz "# this processor lacks long mode or no-execute pages\nverdict: refused\n"

    .code64
boot_long:
    movl %esi, %esi             /* clears the upper half; data segments wait for descriptor_initialise */
    movq $start_stack_top - 8, %rsp /* as if a call had been made */
    xorl %ebp, %ebp
    movq $kernel_main, %rax
    jmpq *%rax

    .balign 8
    .global boot_table
boot_table:                     /* and what other processors need before they get here */
    .quad 0, 0x00af9b000000ffff, 0x00cf9b000000ffff, 0x00cf93000000ffff
boot_descriptors:
    .short . - boot_table - 1
    .long boot_table

    .section .boot.bss, "aw", @nobits
    .balign 4096
boot_root:      .skip 4096
boot_low:       .skip 4096
boot_high:      .skip 4096
boot_directory: .skip 4 * 4096
    .skip 256
boot_stack_top:

    .section .bss
    .balign 16
    .global start_stack, start_stack_top
start_stack:
    .skip 16384
start_stack_top:

    .section .note.GNU-stack, "", @progbits
