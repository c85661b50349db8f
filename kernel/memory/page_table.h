/* Page tables of four levels: 4 is the root, 1 holds the entries of 4 KiB pages. */
#ifndef KERNEL_MEMORY_PAGE_TABLE_H
#define KERNEL_MEMORY_PAGE_TABLE_H

#include <quire/abi.h>
#include <quire/atomic.h>
#include <stdint.h>

/* Bits of an entry (Intel SDM volume 3, 4.5). */
#define PAGE_PRESENT UINT64_C(0x001)
#define PAGE_WRITE UINT64_C(0x002)
#define PAGE_USER UINT64_C(0x004)
#define PAGE_UNCACHED UINT64_C(0x018) /* no cache, write through */
#define PAGE_LARGE UINT64_C(0x080)
#define PAGE_WRITE_COMBINING UINT64_C(0x080) /* of 4 KiB, see kernel/cpu/feature.c */
#define PAGE_GLOBAL UINT64_C(0x100)
#define PAGE_NO_EXECUTE (UINT64_C(1) << 63)
#define PAGE_ADDRESS UINT64_C(0x000ffffffffff000)

#define PAGE_TABLE_ROOT 4
#define PAGE_TABLE_LEVELS 3 /* below the root */

/* Flags of an entry that points to a table of a task. */
#define PAGE_TASK_TABLE (PAGE_PRESENT | PAGE_WRITE | PAGE_USER)

/* Flags of an entry that lets a task use a page with rights of quire/rights.def. */
static inline uint64_t page_flags(uint64_t rights)
{
    return PAGE_PRESENT | PAGE_USER | (rights & RIGHT_WRITE ? PAGE_WRITE : 0) |
           (rights & RIGHT_EXECUTE ? 0 : PAGE_NO_EXECUTE);
}

/* Index of a virtual address in the table of a level, 1 to 4. */
static inline uint32_t page_table_index(uint64_t virtual_address, uint32_t level)
{
    return virtual_address >> (12 + 9 * (level - 1)) & 511;
}

/* Bytes that one entry of a table of a level maps. */
static inline uint64_t page_table_span(uint32_t level)
{
    return UINT64_C(4096) << (9 * (level - 1));
}

/* The entry for a virtual address in its table of the given level (1 to 4), or NULL when a table on the way
 * is missing: then *missing is the level, 3 to 1, of the topmost one that is. root is the physical address
 * of the level-4 table. No large pages may lie on the way. */
atomic_word *page_table_entry(uint64_t root, uint64_t virtual_address, uint32_t level, uint32_t *missing);

#endif
