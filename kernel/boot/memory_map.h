/* The region table of this machine. */
#ifndef KERNEL_BOOT_MEMORY_MAP_H
#define KERNEL_BOOT_MEMORY_MAP_H

#include "kernel/boot/multiboot2.h"
#include "kernel/memory/region.h"

/* One frame is kept for the start of other processors, which begin in real mode at a page below
 * REGION_TRAMPOLINE_END (start-up vectors from 0xa0 to 0xbf are reserved: Intel SDM volume 3, "MP Initialization
 * Protocol"): this one if it is usable, else another. */
#define REGION_TRAMPOLINE UINT64_C(0x8000)
#define REGION_TRAMPOLINE_END UINT64_C(0xa0000)

/* The table of the boot loader's memory map, framebuffer, modules and information, the kernel's image
 * [kernel_start, kernel_end) (physical addresses) and one frame for the start of other processors (out->trampoline). The
 * information is RECLAIMABLE: it was copied out, but stays untouched until the end of boot like every region
 * that is not USABLE. The early allocator and the reserves then carve USABLE regions.
 * NO_ROOM: more regions than the table holds.
 * NO_MEMORY: none is usable below PHYSICAL_MAX. BAD_BOOT_DATA: data->information_base is no physical address. */
must_use enum error regions_from_boot_data(const struct boot_data *data, uint64_t kernel_start, uint64_t kernel_end,
                                           struct region_table *out);

/* Whether the boot loader's memory map has all of [address, address + size), as memory of any type that is not broken. The region
 * table does not tell: what is reserved above the highest memory is not in it. */
bool memory_map_has(const struct boot_data *data, uint64_t address, uint64_t size);

#endif
