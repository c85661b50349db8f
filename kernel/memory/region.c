/* The region table: claims in, sorted regions out; and the carving of them. */
#include "kernel/memory/region.h"
#include <quire/slot.h>
#include <string.h>

#define NOBODY REGION_TYPES /* type of unclaimed memory before the seal: less restrictive than all others */

bool region_type_has_slots(enum region_type type)
{
    static const bool has_slots[REGION_TYPES] = {
#define REGION(number, NAME, name, kind, slots) [number] = (slots),
#include <quire/regions.def>
#undef REGION
    };

    return (uint32_t)type < REGION_TYPES && has_slots[type];
}

/* Index of the region that holds the address, or count past the last one. */
static uint32_t find_index(const struct region_table *table, uint64_t address)
{
    uint32_t low = 0;
    uint32_t high = table->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (table->regions[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct region *region_find(const struct region_table *table, uint64_t address)
{
    uint32_t index = find_index(table, address);
    return index < table->count ? &table->regions[index] : NULL;
}

static bool is_inside(const struct region_table *table, uint64_t address)
{
    const struct region *region = region_find(table, address);
    return region && region->base != address;
}

uint32_t region_splits(const struct region_table *table, uint64_t base, uint64_t end)
{
    return base < end ? is_inside(table, base) + is_inside(table, end) : 0;
}

/* Index of the region that begins at the address, made by a split if it lies inside of one; or count past the last. */
static uint32_t split(struct region_table *table, uint64_t address)
{
    uint32_t index = find_index(table, address);
    struct region *region = &table->regions[index];

    if (!is_inside(table, address))
        return index;
    memmove(region + 1, region, (table->count - index) * sizeof(*region));
    region[0].end = address;
    region[1].base = address;
    table->count++;
    return index + 1;
}

static void merge_neighbours(struct region_table *table)
{
    uint32_t kept = 0;

    for (uint32_t k = 1; k < table->count; k++) {
        if (table->regions[k].type == table->regions[kept].type)
            table->regions[kept].end = table->regions[k].end;
        else
            table->regions[++kept] = table->regions[k];
    }
    if (table->count > 0)
        table->count = kept + 1;
}

/* Types [base, end): all of it, or only what is less restrictive. */
static enum error retype(struct region_table *table, uint64_t base, uint64_t end, enum region_type type, bool all)
{
    if (table->count + region_splits(table, base, end) > BOOT_REGIONS)
        return ERROR_NO_ROOM;
    uint32_t first = split(table, base);
    uint32_t last = split(table, end);
    for (uint32_t k = first; k < last; k++)
        if (all || type < table->regions[k].type)
            table->regions[k].type = type;
    merge_neighbours(table);
    return ERROR_NONE;
}

enum error region_carve(struct region_table *table, uint64_t base, uint64_t end, enum region_type type)
{
    if (base % FRAME_SIZE != 0 || end % FRAME_SIZE != 0)
        return ERROR_NOT_ALIGNED;
    if (base >= end || (uint32_t)type >= REGION_TYPES)
        return ERROR_BAD_ARGUMENT;
    if (end > table->frame_count * FRAME_SIZE)
        return ERROR_OUT_OF_BOUND;
    return retype(table, base, end, type, true);
}

void region_table_clear(struct region_table *table)
{
    memset(table, 0, sizeof(*table));
    table->count = 1;
    table->regions[0] = (struct region){.base = 0, .end = PHYSICAL_MAX, .type = NOBODY};
}

enum error region_claim(struct region_table *table, uint64_t base, uint64_t size, enum region_type type)
{
    const bool usable = type == REGION_USABLE;
    uint64_t last = base + (size - 1);

    if (size == 0)
        return ERROR_NONE;
    if (last < base && usable) {
        table->wrapped++;
        return ERROR_NONE;
    }
    if (last < base)
        last = UINT64_MAX;
    if (last >= PHYSICAL_MAX && usable) {
        uint64_t beyond = last - (base < PHYSICAL_MAX ? PHYSICAL_MAX : base) + 1;
        table->beyond = beyond > UINT64_MAX - table->beyond ? UINT64_MAX : table->beyond + beyond;
    }
    if (base >= PHYSICAL_MAX)
        return ERROR_NONE;
    if (last >= PHYSICAL_MAX)
        last = PHYSICAL_MAX - 1;

    uint64_t first_page = usable ? (base + FRAME_SIZE - 1) / FRAME_SIZE : base / FRAME_SIZE;
    uint64_t end_page = usable ? (last + 1) / FRAME_SIZE : last / FRAME_SIZE + 1;
    if (first_page >= end_page)
        return ERROR_NONE;
    return retype(table, first_page * FRAME_SIZE, end_page * FRAME_SIZE, type, false);
}

/* Whether memory up to the region's end needs slots. */
static bool reaches_slots(const struct region *region)
{
    return region_type_is_memory(region->type) ||
           (region->type == REGION_FRAMEBUFFER && region->end <= REGION_FRAMEBUFFER_MAX);
}

void region_table_seal(struct region_table *table)
{
    for (uint32_t k = 0; k < table->count; k++)
        if (table->regions[k].type == NOBODY)
            table->regions[k].type = REGION_UNKNOWN;
    while (table->count > 0 && !reaches_slots(&table->regions[table->count - 1]))
        table->count--;
    table->frame_count = table->count > 0 ? table->regions[table->count - 1].end / FRAME_SIZE : 0;
    merge_neighbours(table);
}
