/* Which frame backs which page of window and ledger. */
#include "kernel/memory/reserve.h"
#include <quire/slot.h>

const uint64_t reserve_spans[RESERVE_LEVELS] = {
    [RESERVE_SLOTS] = SLOTS_PER_PAGE,
    [RESERVE_TABLE_1] = SLOTS_PER_PAGE * 512,
    [RESERVE_TABLE_2] = SLOTS_PER_PAGE * 512 * 512,
    [RESERVE_LEDGER] = FRAME_SIZE / sizeof(uint64_t),
};

/* The units of frames [first, end) from the free ones on: free[level] is the lowest that no region owns yet. */
static void own_units(struct reserve_range *range, uint64_t first, uint64_t end, uint64_t free[RESERVE_LEVELS])
{
    range->frames = 0;
    for (uint32_t level = 0; level < RESERVE_LEVELS; level++) {
        uint64_t first_unit = first / reserve_spans[level];
        uint64_t end_unit = (end + reserve_spans[level] - 1) / reserve_spans[level];
        range->first[level] = first_unit > free[level] ? first_unit : free[level];
        range->end[level] = end_unit > range->first[level] ? end_unit : range->first[level];
        range->frames += range->end[level] - range->first[level];
        free[level] = range->end[level];
    }
}

enum error reserve_plan(struct reserve *reserve, struct region_table *table)
{
    uint64_t free[RESERVE_LEVELS] = {0};
    uint32_t splits = 0;
    enum error error = ERROR_NONE;

    reserve->count = 0;
    for (uint32_t k = 0; k < table->count; k++) {
        const struct region *region = &table->regions[k];
        struct reserve_range *range = &reserve->ranges[reserve->count];
        uint64_t first = region->base / FRAME_SIZE;
        uint64_t end = region->end / FRAME_SIZE;
        if (!region_type_has_slots(region->type))
            continue;
        own_units(range, first, end, free);
        if (range->frames == 0)
            continue;
        range->carved = region->type == REGION_USABLE && range->frames <= (end - first) / 2;
        range->backing = end - range->frames; /* if it is carved */
        splits += range->carved;
        reserve->count++;
    }
    if (table->count + splits > BOOT_REGIONS) {
        reserve->count = 0;
        return ERROR_NO_ROOM;
    }
    for (uint32_t k = 0; k < reserve->count && !error; k++) {
        const struct reserve_range *range = &reserve->ranges[k];
        uint64_t base = range->backing * FRAME_SIZE;
        if (range->carved)
            error = region_carve(table, base, base + range->frames * FRAME_SIZE, REGION_METADATA);
    }
    return error;
}

enum error reserve_complete(struct reserve *reserve, struct early *early)
{
    struct early before = *early;

    for (uint32_t k = 0; k < reserve->count; k++) {
        struct reserve_range *range = &reserve->ranges[k];
        uint64_t address;
        if (range->carved)
            continue;
        enum error error = early_allocate(early, range->frames, &address);
        if (error != ERROR_NONE) {
            *early = before;
            return error;
        }
        range->backing = address / FRAME_SIZE;
    }
    return ERROR_NONE;
}

enum error reserve_frame(const struct reserve *reserve, enum reserve_level level, uint64_t frame, uint64_t *backing)
{
    uint32_t low = 0;
    uint32_t high = reserve->count;

    if ((uint32_t)level >= RESERVE_LEVELS)
        return ERROR_HOLE;
    uint64_t unit = frame / reserve_spans[level];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (reserve->ranges[middle].end[level] <= unit)
            low = middle + 1;
        else
            high = middle;
    }
    /* The first range that ends above the unit: ends never decrease, so no later one can own the unit. */
    const struct reserve_range *range = &reserve->ranges[low];
    if (low == reserve->count || range->first[level] > unit)
        return ERROR_HOLE;
    *backing = range->backing + (unit - range->first[level]);
    for (uint32_t below = 0; below < (uint32_t)level; below++)
        *backing += range->end[below] - range->first[below];
    return ERROR_NONE;
}
