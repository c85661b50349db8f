/* Two bump pointers over the largest usable stretches of memory, and the holes below them. */
#include "kernel/memory/early.h"
#include <quire/slot.h>
#include <string.h>

/* Makes the range the stretch of [base, end), if that is larger. */
static void take_if_larger(struct early_range *range, uint64_t base, uint64_t end)
{
    if (base < end && end - base > range->end - range->base)
        *range = (struct early_range){.base = base, .next = base, .end = end};
}

void early_initialise(struct early *early, const struct region_table *table)
{
    *early = (struct early){.retired = false};
    for (uint32_t k = 0; k < table->count; k++) {
        const struct region *region = &table->regions[k];
        if (region->type == REGION_USABLE) {
            take_if_larger(&early->low, region->base, region->end < EARLY_LOW_END ? region->end : EARLY_LOW_END);
            take_if_larger(&early->high, region->base > EARLY_LOW_END ? region->base : EARLY_LOW_END, region->end);
        }
    }
}

/* Takes frames from a hole of the range, the lowest that has room. */
static bool take_from_hole(struct early *early, const struct early_range *range, uint64_t frames, uint64_t *address)
{
    for (uint32_t k = 0; k < early->hole_count; k++) {
        struct early_hole *hole = &early->holes[k];
        if (hole->base < range->base || hole->base >= range->end || frames > (hole->end - hole->base) / FRAME_SIZE)
            continue;
        *address = hole->base;
        hole->base += frames * FRAME_SIZE;
        if (hole->base == hole->end)
            *hole = early->holes[--early->hole_count];
        return true;
    }
    return false;
}

static bool take(struct early *early, struct early_range *range, uint64_t frames, uint64_t *address)
{
    if (take_from_hole(early, range, frames, address))
        return true;
    if (frames > (range->end - range->next) / FRAME_SIZE)
        return false;
    *address = range->next;
    range->next += frames * FRAME_SIZE;
    return true;
}

enum error early_allocate(struct early *early, uint64_t frames, uint64_t *address)
{
    if (early->retired)
        return ERROR_NOT_PERMITTED;
    if (frames == 0)
        return ERROR_BAD_COUNT;
    if (take(early, &early->low, frames, address) ||
        (early->high_reachable && take(early, &early->high, frames, address)))
        return ERROR_NONE;
    return ERROR_NO_MEMORY;
}

/* The range that has given all of these frames out at some time, or NULL. */
static struct early_range *range_of(struct early *early, uint64_t address, uint64_t frames)
{
    struct early_range *range = address < EARLY_LOW_END ? &early->low : &early->high;
    bool inside = address >= range->base && address < range->next && frames <= (range->next - address) / FRAME_SIZE;

    return inside ? range : NULL;
}

enum error early_free(struct early *early, uint64_t address, uint64_t frames)
{
    struct early_range *range = range_of(early, address, frames);
    uint64_t end = address + frames * FRAME_SIZE;

    if (early->retired)
        return ERROR_NOT_PERMITTED;
    if (address % FRAME_SIZE != 0)
        return ERROR_NOT_ALIGNED;
    if (frames == 0)
        return ERROR_BAD_COUNT;
    if (!range)
        return ERROR_OUT_OF_BOUND;
    for (uint32_t k = 0; k < early->hole_count; k++)
        if (early->holes[k].base < end && address < early->holes[k].end)
            return ERROR_UNUSED;
    if (end != range->next && early->hole_count == EARLY_HOLES)
        return ERROR_NO_ROOM;
    if (end == range->next)
        range->next = address;
    else
        early->holes[early->hole_count++] = (struct early_hole){.base = address, .end = end};
    return ERROR_NONE;
}

/* The next stretch of the range, from *base on, that is in use: up to the next hole or the range's next. */
static bool next_in_use(const struct early *early, const struct early_range *range, uint64_t *base, uint64_t *end)
{
    for (uint32_t k = 0; k < early->hole_count; k++) {
        if (early->holes[k].base != *base)
            continue;
        *base = early->holes[k].end; /* and another may begin there */
        k = UINT32_MAX;
    }
    *end = range->next;
    for (uint32_t k = 0; k < early->hole_count; k++)
        if (early->holes[k].base > *base && early->holes[k].base < *end)
            *end = early->holes[k].base;
    return *base < *end;
}

enum error early_retire(struct early *early, struct region_table *table)
{
    const struct early_range *ranges[] = {&early->low, &early->high};
    uint32_t count = table->count;
    enum error error = ERROR_NONE;
    uint64_t end;

    if (early->retired)
        return ERROR_NOT_PERMITTED;
    /* Room for all, so that none can fail after the first. */
    for (uint32_t k = 0; k < 2; k++)
        for (uint64_t base = ranges[k]->base; next_in_use(early, ranges[k], &base, &end); base = end)
            count += region_splits(table, base, end);
    if (count > BOOT_REGIONS)
        return ERROR_NO_ROOM;
    for (uint32_t k = 0; k < 2; k++)
        for (uint64_t base = ranges[k]->base; !error && next_in_use(early, ranges[k], &base, &end); base = end)
            error = region_carve(table, base, end, REGION_EARLY);
    early->retired = !error;
    return error;
}
