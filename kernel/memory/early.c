/* Two bump pointers over the largest usable stretches of memory. */
#include "kernel/memory/early.h"
#include <quire/slot.h>

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

static bool has_room(const struct early_range *range, uint64_t frames)
{
    return frames <= (range->end - range->next) / FRAME_SIZE;
}

enum error early_allocate(struct early *early, uint64_t frames, uint64_t *address)
{
    struct early_range *range = has_room(&early->low, frames) ? &early->low : &early->high;

    if (early->retired)
        return ERROR_NOT_PERMITTED;
    if (frames == 0)
        return ERROR_BAD_COUNT;
    if (!has_room(range, frames) || (range == &early->high && !early->high_reachable))
        return ERROR_NO_MEMORY;
    *address = range->next;
    range->next += frames * FRAME_SIZE;
    return ERROR_NONE;
}

enum error early_retire(struct early *early, struct region_table *table)
{
    const struct early_range *ranges[] = {&early->low, &early->high};
    uint32_t count = table->count;
    enum error error = ERROR_NONE;

    if (early->retired)
        return ERROR_NOT_PERMITTED;
    /* Room for both, so that the second can not fail after the first. */
    for (uint32_t k = 0; k < 2; k++)
        count += region_splits(table, ranges[k]->base, ranges[k]->next);
    if (count > BOOT_REGIONS)
        return ERROR_NO_ROOM;
    for (uint32_t k = 0; k < 2 && !error; k++)
        if (ranges[k]->next > ranges[k]->base)
            error = region_carve(table, ranges[k]->base, ranges[k]->next, REGION_EARLY);
    early->retired = !error;
    return error;
}
