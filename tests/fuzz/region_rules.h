/* What every sealed region table is. */
#ifndef TESTS_FUZZ_REGION_RULES_H
#define TESTS_FUZZ_REGION_RULES_H

#include "kernel/memory/early.h"
#include "kernel/memory/region.h"
#include "kernel/memory/reserve.h"
#include "tests/fuzz/fuzz.h"

/* Sorted, whole pages from 0 to the end, neighbours of different types. */
static inline void check_table(const struct region_table *table)
{
    uint64_t end = 0;

    must(table->count <= BOOT_REGIONS);
    for (uint32_t k = 0; k < table->count; k++) {
        const struct region *region = &table->regions[k];
        must(region->base == end && region->end > region->base && region->end % FRAME_SIZE == 0);
        must(region->type < REGION_TYPES);
        must(k == 0 || region->type != table->regions[k - 1].type);
        must(region_find(table, region->base) == region && region_find(table, region->end - 1) == region);
        end = region->end;
    }
    must(end == table->frame_count * FRAME_SIZE && end <= PHYSICAL_MAX);
    must(region_find(table, end) == NULL);
}

static inline uint64_t bytes_of(const struct region_table *table, enum region_type type)
{
    uint64_t bytes = 0;

    for (uint32_t k = 0; k < table->count; k++)
        bytes += table->regions[k].type == type ? table->regions[k].end - table->regions[k].base : 0;
    return bytes;
}

/* Usable memory, and what boot took of it. */
static inline uint64_t given_bytes(const struct region_table *table)
{
    return bytes_of(table, REGION_USABLE) + bytes_of(table, REGION_EARLY) + bytes_of(table, REGION_METADATA);
}

static inline void allocate_early(struct early *early, struct region_table *table, uint64_t frames)
{
    uint64_t address;

    if (early_allocate(early, frames, &address) != ERROR_NONE)
        return;
    must(address % FRAME_SIZE == 0);
    const struct region *region = region_find(table, address);
    must(region != NULL && region->type == REGION_USABLE && frames <= (region->end - address) / FRAME_SIZE);
}

/* The rest of boot: reserves, early allocator, and the table as the frame server gets it. */
static inline void finish_boot(struct region_table *table, struct input *input)
{
    static struct reserve reserve;
    static struct early early;
    uint64_t given = given_bytes(table);
    uint64_t backing;

    if (reserve_plan(&reserve, table) != ERROR_NONE)
        return;
    check_table(table);
    early_initialise(&early, table);
    early.high_reachable = input_byte(input) & 1;
    for (uint32_t k = input_byte(input) % 4; k > 0; k--)
        allocate_early(&early, table, input_number(input, 2));
    if (reserve_complete(&reserve, &early) != ERROR_NONE || early_retire(&early, table) != ERROR_NONE)
        return;
    check_table(table);
    must(given_bytes(table) == given);
    for (uint32_t k = 0; k < table->count; k++) {
        for (enum reserve_level level = RESERVE_SLOTS; level < RESERVE_LEVELS; level++) {
            enum error error = reserve_frame(&reserve, level, table->regions[k].base / FRAME_SIZE, &backing);
            must(error == ERROR_NONE || error == ERROR_HOLE);
            must(error == ERROR_NONE || !region_type_has_slots(table->regions[k].type));
            if (error != ERROR_NONE)
                continue;
            const struct region *home = region_find(table, backing * FRAME_SIZE);
            must(home != NULL && (home->type == REGION_EARLY || home->type == REGION_METADATA));
        }
    }
}

#endif
