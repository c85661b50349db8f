/* The region table: claims in, sorted regions out; and the carving of them. */
#include "kernel/memory/region.h"
#include <quire/slot.h>
#include <string.h>

#define NOBODY REGION_TYPES /* type of unclaimed memory before the seal: less restrictive than all others */

const char *region_type_name(enum region_type type)
{
    static const char *const names[REGION_TYPES] = {
#define REGION(number, NAME, name, kind, slots) [number] = (name),
#include <quire/regions.def>
#undef REGION
    };

    return (uint32_t)type < REGION_TYPES ? names[type] : "none";
}

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
        if (table->regions[middle].end <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const struct region *region_find(const struct region_table *table, uint64_t address)
{
    uint32_t index = find_index(table, address);
    return index < table->count ? &table->regions[index] : NULL;
}

static bool is_boundary(const struct region_table *table, uint64_t address)
{
    uint32_t index = find_index(table, address);
    return index == table->count || table->regions[index].base == address;
}

uint32_t region_splits(const struct region_table *table, uint64_t base, uint64_t end)
{
    return !is_boundary(table, base) + !is_boundary(table, end);
}

static void split(struct region_table *table, uint64_t address)
{
    if (is_boundary(table, address)) {
        return;
    }
    uint32_t index = find_index(table, address);
    struct region *region = &table->regions[index];
    memmove(region + 1, region, (table->count - index) * sizeof(*region));
    region[0].end = address;
    region[1].base = address;
    table->count++;
}

static void merge_neighbours(struct region_table *table)
{
    uint32_t kept = 0;

    for (uint32_t k = 1; k < table->count; k++) {
        if (table->regions[k].type == table->regions[kept].type) {
            table->regions[kept].end = table->regions[k].end;
        } else {
            table->regions[++kept] = table->regions[k];
        }
    }
    if (table->count > 0) {
        table->count = kept + 1;
    }
}

/* Types [base, end): all of it, or only what is less restrictive. */
static enum error retype(struct region_table *table, uint64_t base, uint64_t end, enum region_type type, bool all)
{
    if (table->count + region_splits(table, base, end) > BOOT_REGIONS) {
        return ERROR_NO_ROOM;
    }
    split(table, base);
    split(table, end);
    for (uint32_t k = find_index(table, base); k < table->count && table->regions[k].base < end; k++) {
        if (all || type < table->regions[k].type) {
            table->regions[k].type = type;
        }
    }
    merge_neighbours(table);
    return ERROR_NONE;
}

enum error region_carve(struct region_table *table, uint64_t base, uint64_t end, enum region_type type)
{
    if (base % FRAME_SIZE != 0 || end % FRAME_SIZE != 0) {
        return ERROR_NOT_ALIGNED;
    }
    if (base >= end || (uint32_t)type >= REGION_TYPES) {
        return ERROR_BAD_ARGUMENT;
    }
    if (end > table->frame_count * FRAME_SIZE) {
        return ERROR_OUT_OF_BOUND;
    }
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
    if (size == 0) {
        return ERROR_NONE;
    }
    uint64_t last = base + (size - 1);
    if (last < base) {
        if (type == REGION_USABLE) {
            table->wrapped++;
            return ERROR_NONE;
        }
        last = UINT64_MAX;
    }
    if (last >= PHYSICAL_MAX) {
        if (type == REGION_USABLE) {
            uint64_t beyond = last - (base < PHYSICAL_MAX ? PHYSICAL_MAX : base) + 1;
            table->beyond = beyond > UINT64_MAX - table->beyond ? UINT64_MAX : table->beyond + beyond;
        }
        if (base >= PHYSICAL_MAX) {
            return ERROR_NONE;
        }
        last = PHYSICAL_MAX - 1;
    }

    uint64_t end = last + 1;
    if (type == REGION_USABLE) {
        base = (base + FRAME_SIZE - 1) / FRAME_SIZE * FRAME_SIZE;
        end = end / FRAME_SIZE * FRAME_SIZE;
        if (base >= end) {
            return ERROR_NONE;
        }
    } else {
        base = base / FRAME_SIZE * FRAME_SIZE;
        end = (end + FRAME_SIZE - 1) / FRAME_SIZE * FRAME_SIZE;
    }
    return retype(table, base, end, type, false);
}

/* Whether memory up to the region's end needs slots. */
static bool reaches_slots(const struct region *region)
{
    switch (region->type) {
    case REGION_BAD_MEMORY:
    case REGION_UNKNOWN:
    case REGION_RESERVED:
        return false;
    case REGION_FRAMEBUFFER:
        return region->end <= REGION_FRAMEBUFFER_MAX;
    default:
        return true;
    }
}

void region_table_seal(struct region_table *table)
{
    for (uint32_t k = 0; k < table->count; k++) {
        if (table->regions[k].type == NOBODY) {
            table->regions[k].type = REGION_UNKNOWN;
        }
    }
    while (table->count > 0 && !reaches_slots(&table->regions[table->count - 1])) {
        table->count--;
    }
    table->frame_count = table->count > 0 ? table->regions[table->count - 1].end / FRAME_SIZE : 0;
    merge_neighbours(table);
}
