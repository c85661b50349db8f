/* Memory that backs window and ledger, found by arithmetic when a page of them is touched first.
 *
 * Window and ledger are sparse arrays over frame numbers. Each level divides the frames into units, and one
 * backing frame serves one unit:
 *
 *   RESERVE_SLOTS          64 frames   a page of the window: 64 slots of 64 bytes
 *   RESERVE_TABLE_1     32768 frames   a page table of 512 such pages
 *   RESERVE_TABLE_2  16777216 frames   a page directory of 512 such tables
 *   RESERVE_LEDGER        512 frames   a leaf of the ledger: 512 words of 8 bytes
 *
 * A region whose type has slots owns the units that its frames touch and no lower such region does. A USABLE
 * region sets the backing aside at its own top; regions of other types, and those that would lose more than
 * half of themselves, are backed from the early allocator. */
#ifndef KERNEL_MEMORY_RESERVE_H
#define KERNEL_MEMORY_RESERVE_H

#include "kernel/memory/early.h"
#include "kernel/memory/region.h"
#include <quire/error.h>
#include <stdint.h>

enum reserve_level { RESERVE_SLOTS, RESERVE_TABLE_1, RESERVE_TABLE_2, RESERVE_LEDGER, RESERVE_LEVELS };

/* Frames that one unit of a level covers. */
extern const uint64_t reserve_spans[RESERVE_LEVELS];

/* Units of one region, at each level [first, end). Adjacent frames back them, those of one level after the other. */
struct reserve_range {
    uint64_t first[RESERVE_LEVELS];
    uint64_t end[RESERVE_LEVELS];
    uint64_t backing; /* number of the first frame */
    uint64_t frames;  /* how many */
    uint32_t carved;  /* 1: they are METADATA at the region's top; 0: from the early allocator */
};

struct reserve {
    uint32_t count;
    struct reserve_range ranges[BOOT_REGIONS]; /* in order of address; constant after boot */
};

/* Boot takes two steps, because the early allocator's ranges must not overlap what is carved here:
 * reserve_plan, early_initialise, reserve_complete. */

/* Plans the ranges of a sealed table as it is now, and carves the backing of those that back themselves
 * as METADATA. NO_ROOM: the table is full; it is unchanged. */
must_use enum error reserve_plan(struct reserve *reserve, struct region_table *table);

/* Allocates the backing of all other ranges. NO_MEMORY: early has too little; it is unchanged.
 * NOT_PERMITTED: early is retired. */
must_use enum error reserve_complete(struct reserve *reserve, struct early *early);

/* The frame that backs the unit covering the frame, in *backing (a frame number; its contents are whatever was there).
 * HOLE: no region with slots touches the unit. O(log regions). Any CPU, without lock: nothing changes after boot. */
must_use enum error reserve_frame(const struct reserve *reserve, enum reserve_level level, uint64_t frame,
                                  uint64_t *backing);

#endif
