/* Physical memory as a sorted table of typed regions without overlap or gap.
 * Types and which of them wins are in quire/regions.def. */
#ifndef KERNEL_MEMORY_REGION_H
#define KERNEL_MEMORY_REGION_H

#include <quire/abi.h>
#include <quire/slot.h>
#include <quire/start.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A framebuffer that ends above this is left without slots: one far away must not inflate window and direct map. */
#define REGION_FRAMEBUFFER_MAX (UINT64_C(1) << 40)

struct region {
    uint64_t base; /* physical address, multiple of 4096 */
    uint64_t end;  /* of the first byte after it, multiple of 4096 */
    enum region_type type;
};

struct region_table {
    uint32_t count;
    uint32_t wrapped;     /* usable claims that wrapped around 2^64 and were not believed */
    uint64_t beyond;      /* usable bytes above PHYSICAL_MAX, which are left alone (whole claims, before overlap) */
    uint64_t trampoline;  /* address of the frame kept for the start of other processors; 0 when none was usable */
    uint64_t frame_count; /* the regions end at frame_count * 4096; 0 until region_table_seal */
    struct region regions[BOOT_REGIONS];
};

/* How a table is made: it is cleared, takes claims in any order, and is sealed. */

/* No claims: all of [0, PHYSICAL_MAX) is nobody's. */
void region_table_clear(struct region_table *table);

/* Enters the claim that [base, base + size) is of the type; both in bytes, any alignment.
 * USABLE shrinks to whole pages, every other type grows to them; where claims overlap the more restrictive
 * (lower) type stands. What lies above PHYSICAL_MAX is cut off. A USABLE claim that wraps around 2^64 is not
 * believed (counted in wrapped), any other reaches to the end.
 * NO_ROOM: the table is full, and unchanged. */
must_use enum error region_claim(struct region_table *table, uint64_t base, uint64_t size, enum region_type type);

/* Turns gaps into UNKNOWN, sets frame_count and cuts the table there: the end of the highest region that is
 * not BAD_MEMORY, UNKNOWN, RESERVED or FRAMEBUFFER, or of the highest framebuffer region below
 * REGION_FRAMEBUFFER_MAX if that is higher (its frames are given out as device memory and need slots). */
void region_table_seal(struct region_table *table);

/* The region of a sealed table that holds the physical address, or NULL past the last one. O(log regions). */
const struct region *region_find(const struct region_table *table, uint64_t address);

/* The type of a frame, UNKNOWN past the last region, for a walk over ascending frames: *at is the region of the frame
 * before, at first NULL. */
static inline enum region_type region_next_type(const struct region_table *table, uint64_t frame,
                                                const struct region **at)
{
    if (!*at || frame * FRAME_SIZE >= (*at)->end)
        *at = region_find(table, frame * FRAME_SIZE);
    return *at ? (*at)->type : REGION_UNKNOWN;
}

/* Re-types [base, end) of a sealed table, whatever it was; splits and merges regions as needed.
 * NOT_ALIGNED, BAD_ARGUMENT (empty, or no type), OUT_OF_BOUND (past the last region), NO_ROOM (the splits do not fit).
 * Pointers from region_find are stale afterwards. */
must_use enum error region_carve(struct region_table *table, uint64_t base, uint64_t end, enum region_type type);

/* How many entries of the table carving [base, end) takes before merging: 0 to 2; 0 when it is empty. */
uint32_t region_splits(const struct region_table *table, uint64_t base, uint64_t end);

/* Whether the type is of memory, which the kernel may have to read or write: not of devices, nor of what may be nothing
 * at all. */
static inline bool region_type_is_memory(enum region_type type)
{
    return type != REGION_BAD_MEMORY && type != REGION_UNKNOWN && type != REGION_RESERVED && type != REGION_FRAMEBUFFER;
}

/* Whether frames of the type have slots and ledger words of their own. */
bool region_type_has_slots(enum region_type type);

#endif
