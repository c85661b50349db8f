/* Page tables made at boot, from the early allocator. */
#ifndef KERNEL_BOOT_BOOT_MAP_H
#define KERNEL_BOOT_BOOT_MAP_H

#include <quire/error.h>
#include <stdbool.h>
#include <stdint.h>

/* Maps [virtual_address, + size) to [address, + size), all multiples of 4096, with the flags of
 * memory/page_table.h, in pages as large as alignment and largest (a level: 1 for 4 KiB, 2 for 2 MiB,
 * 3 for 1 GiB) allow. The pages must not be mapped yet. NO_MEMORY. */
must_use enum error boot_map(uint64_t root, uint64_t virtual_address, uint64_t address, uint64_t size, uint64_t flags,
                             uint32_t largest);

/* Makes the tables that lead to a virtual address, down to the table of the given level. NO_MEMORY. */
must_use enum error boot_map_tables(uint64_t root, uint64_t virtual_address, uint32_t level);

#endif
