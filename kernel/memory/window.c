#include "kernel/memory/window.h"
#include "kernel/memory/memory.h"
#include "kernel/cpu/instructions.h"
#include "kernel/memory/page_table.h"
#include "kernel/memory/physical.h"
#include <string.h>

#define ENTRY_BUSY PAGE_LARGE /* not present: one CPU is about to fill it */

static struct slot patterns[REGION_TYPES];
static bool patterns_known;

void window_patterns_set(const struct slot *from)
{
    memcpy(patterns, from, sizeof(patterns));
    patterns_known = true;
}

/* Fills the slots of 64 frames, each as its region's type wants it. */
static void slots_fill(struct slot *slots, uint64_t first)
{
    const struct region *region = NULL;

    for (uint64_t k = 0; k < SLOTS_PER_PAGE; k++)
        slots[k] = patterns[region_next_type(&memory.regions, first + k, &region)];
}

/* Backs one entry that is absent. True also when another CPU has done it or is at it. */
static bool entry_back(atomic_word *entry, enum reserve_level level, uint64_t frame)
{
    uint64_t backing;
    uint64_t absent = 0;

    if (reserve_frame(&memory.reserve, level, frame, &backing) != ERROR_NONE)
        return false;
    if (!atomic_swap_if_acquire(entry, &absent, ENTRY_BUSY))
        return true;
    if (level == RESERVE_SLOTS)
        slots_fill(frame_pointer(backing), frame / SLOTS_PER_PAGE * SLOTS_PER_PAGE);
    else
        frame_zero(frame_pointer(backing));
    atomic_store_release(entry,
                         backing * FRAME_SIZE | PAGE_TASK_TABLE | (level == RESERVE_SLOTS ? PAGE_NO_EXECUTE : 0));
    return true;
}

bool window_back(uint64_t root, uint64_t virtual_address)
{
    static const enum reserve_level levels[] = {RESERVE_SLOTS, RESERVE_TABLE_1, RESERVE_TABLE_2};
    uint64_t frame = (virtual_address - WINDOW_ADDRESS) / SLOT_SIZE;
    uint32_t missing;

    if (virtual_address < WINDOW_ADDRESS || frame >= memory.regions.frame_count || !patterns_known)
        return false;
    for (uint32_t level = PAGE_TABLE_LEVELS; level > 0; level--) {
        atomic_word *entry = page_table_entry(root, virtual_address, level, &missing);
        if (!entry)
            return missing < PAGE_TABLE_LEVELS; /* being made by another CPU; the root's entry is there from boot */
        if (atomic_load_acquire(entry) & PAGE_PRESENT)
            continue;
        if (!entry_back(entry, levels[level - 1], frame))
            return false;
    }
    return true;
}
