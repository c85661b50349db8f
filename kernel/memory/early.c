/* Two bump pointers over the largest usable stretches of memory. */
#include "kernel/memory/early.h"
#include <quire/slot.h>

/* Makes the range the stretch of [base, end), if that is larger. */
static void take_if_larger(struct early_range *range, uint64_t base, uint64_t end)
{
    if (base < end && end - base > range->end - range->base) {
        *range = (struct early_range){.base = base, .next = base, .end = end};
    }
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

static uint64_t range_left(const struct early_range *range)
{
    return (range->end - range->next) / FRAME_SIZE;
}

uint64_t early_left(const struct early *early)
{
    if (early->retired) {
        return 0;
    }
    return range_left(&early->low) + (early->high_reachable ? range_left(&early->high) : 0);
}

enum error early_allocate(struct early *early, uint64_t frames, uint64_t *address)
{
    struct early_range *range = &early->low;

    if (early->retired) {
        return ERROR_NOT_PERMITTED;
    }
    if (frames == 0) {
        return ERROR_BAD_COUNT;
    }
    if (frames > range_left(range)) {
        range = &early->high;
        if (!early->high_reachable || frames > range_left(range)) {
            return ERROR_NO_MEMORY;
        }
    }
    *address = range->next;
    range->next += frames * FRAME_SIZE;
    return ERROR_NONE;
}

static uint32_t range_splits(const struct early_range *range, const struct region_table *table)
{
    return range->next > range->base ? region_splits(table, range->base, range->next) : 0;
}

static enum error range_carve(const struct early_range *range, struct region_table *table)
{
    return range->next > range->base ? region_carve(table, range->base, range->next, REGION_EARLY) : ERROR_NONE;
}

enum error early_retire(struct early *early, struct region_table *table)
{
    if (early->retired) {
        return ERROR_NOT_PERMITTED;
    }
    /* Room for both, so that the second can not fail after the first. */
    if (table->count + range_splits(&early->low, table) + range_splits(&early->high, table) > BOOT_REGIONS) {
        return ERROR_NO_ROOM;
    }
    enum error error = range_carve(&early->low, table);
    if (error == ERROR_NONE) {
        error = range_carve(&early->high, table);
    }
    if (error == ERROR_NONE) {
        early->retired = true;
    }
    return error;
}
