/* Page tables made at boot, from the early allocator. */
#ifndef KERNEL_BOOT_BOOT_MAP_H
#define KERNEL_BOOT_BOOT_MAP_H

#include <stdint.h>

/* Maps [virtual_address, + size) to [address, + size), all multiples of 4096, with the flags of
 * memory/page_table.h, in pages as large as alignment and largest (a level: 1 for 4 KiB, 2 for 2 MiB,
 * 3 for 1 GiB) allow. The pages must not be mapped yet. */
void boot_map(uint64_t root, uint64_t virtual_address, uint64_t address, uint64_t size, uint64_t flags,
              uint32_t largest);

/* Maps fresh zeroed pages of 4 KiB; returns where the kernel sees them. */
void *boot_map_fresh(uint64_t root, uint64_t virtual_address, uint64_t pages, uint64_t flags);

/* The table of a level that leads to a virtual address; it and those above are made where they are missing. */
uint64_t *boot_map_table(uint64_t root, uint64_t virtual_address, uint32_t level);

#endif
