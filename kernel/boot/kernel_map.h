/* The kernel's final page tables. */
#ifndef KERNEL_BOOT_KERNEL_MAP_H
#define KERNEL_BOOT_KERNEL_MAP_H

#include "kernel/layout.h"
#include "kernel/memory/page_table.h"
#include <stdbool.h>
#include <stdint.h>

/* The kernel's image, whole pages (kernel.lds), and the physical address of a place in it. */
extern const char image_start[], image_end[];

static inline uint64_t image_physical(const char *place)
{
    return (uint64_t)(uintptr_t)place - KERNEL_ADDRESS;
}

/* Makes and loads the tables of the CPU that boots: the image, each segment with its own protection; the direct
 * map of all memory, writable and not executable; the CPU's own pages. From here on this_cpu is there (number and
 * root are set), memory above 4 GiB can be reached, and low addresses can not. */
void kernel_map(bool large_pages);

/* What CPU_ADDRESS and its neighbours are on one CPU; and the tables that lead there. */
#define CPU_FRAMES (1 + CPU_STACK_PAGES + CPU_INTERRUPT_STACKS)
#define KERNEL_MAP_FRAMES (CPU_FRAMES + PAGE_TABLE_ROOT)

struct cpu;

/* Makes the tables of another CPU, and its own pages, in KERNEL_MAP_FRAMES frames that follow one another: the kernel and the
 * direct map are this CPU's. */
struct cpu *kernel_map_other(uint64_t frames, uint32_t number);

/* A new root table for a task of a CPU, the kernel's half filled in. */
uint64_t kernel_root(uint32_t cpu_number);

#endif
