/* The kernel's map of virtual addresses, for C and assembly.
 *
 *   0x0000000000000000  tasks; see quire/abi.h for what has a fixed place there
 *   0xffff800000000000  direct map: physical memory p at DIRECT_MAP_ADDRESS + p, not executable
 *   0xffffffff80000000  the kernel's image, linked here, loaded at physical 1 MiB
 *   0xffffffffffe00000  this CPU's own pages: struct cpu, its stacks, its interrupt controller
 *
 * Entry 511 of every root table is the home CPU's, so that one address means 'my CPU' on each of them
 * and the kernel needs neither a segment base nor swapgs. */
#ifndef KERNEL_LAYOUT_H
#define KERNEL_LAYOUT_H

#ifdef __ASSEMBLER__
#define ADDRESS(value) value
#else
#include <stdint.h>
#define ADDRESS(value) UINT64_C(value)
#endif

#define KERNEL_ADDRESS ADDRESS(0xffffffff80000000)

#ifdef QUIRE_HOST /* host tests: physical memory is the test's own */
#define DIRECT_MAP_ADDRESS ADDRESS(0)
#else
#define DIRECT_MAP_ADDRESS ADDRESS(0xffff800000000000)
#endif

#define CPU_ADDRESS ADDRESS(0xffffffffffe00000)
#define CPU_STACK_TOP (CPU_ADDRESS + 0x10000) /* 4 pages below it, then a guard page */
#define CPU_STACK_PAGES 4
#define CPU_INTERRUPT_STACKS 4                                     /* numbered from 1, as the processor does */
#define CPU_INTERRUPT_STACK_TOP(k) (CPU_STACK_TOP + 0x10000 * (k)) /* 1 page below it, then a guard page */
#define CPU_INTERRUPT_CONTROLLER (CPU_ADDRESS + 0x60000)

#define SELECTOR_KERNEL_CODE 0x08
#define SELECTOR_KERNEL_DATA 0x10
#define SELECTOR_USER_DATA 0x1b
#define SELECTOR_USER_CODE 0x23
#define SELECTOR_TASK_STATE 0x28

/* In boot/header.S, for 32-bit code. */
#define SELECTOR_BOOT_CODE 0x10
#define SELECTOR_BOOT_DATA 0x18

#endif
