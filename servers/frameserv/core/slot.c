#include "servers/frameserv/core/slot.h"

#include <quire/abi.h>

static const struct {
    enum kind kind;
    bool slots;
} region_rules[REGION_TYPES] = {
#define REGION(number, NAME, name, kind, slots) [number] = {KIND_##kind, slots},
#include <quire/regions.def>
#undef REGION
};

const struct boot_region *window_region(const struct window *window, uint64_t frame)
{
    uint64_t address = frame * FRAME_SIZE;
    uint32_t low = 0;
    uint32_t high = window->region_count;

    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (window->regions[middle].base <= address)
            low = middle;
        else
            high = middle;
    }
    return &window->regions[low];
}

enum kind region_kind(enum region_type type)
{
    return region_rules[type].kind;
}

bool region_has_slots(enum region_type type)
{
    return region_rules[type].slots;
}

bool window_has_slot(const struct window *window, uint64_t frame)
{
    return frame < window->frame_count && region_has_slots(window_region(window, frame)->type);
}

enum error window_find(const struct window *window, uint64_t address, struct slot **slot)
{
    uint64_t frame = address / FRAME_SIZE;

    if (address % FRAME_SIZE != 0)
        return ERROR_NOT_ALIGNED;
    if (frame >= window->frame_count)
        return ERROR_OUT_OF_BOUND;
    enum region_type type = window_region(window, frame)->type;
    if (type == REGION_UNKNOWN)
        return ERROR_HOLE;
    if (!region_has_slots(type))
        return ERROR_RESERVED;
    *slot = window_slot(window, frame);
    return ERROR_NONE;
}

enum error slot_error_if_unused_needed(uint64_t found)
{
    switch (found) {
    case REF_COUNT_UNUSED:
        return ERROR_NONE;
    case REF_COUNT_UNIQUE:
        return ERROR_UNIQUE;
    case REF_COUNT_BUSY:
        return ERROR_BUSY;
    default:
        return ERROR_IN_USE;
    }
}

enum error slot_error_if_use_needed(uint64_t found)
{
    switch (found) {
    case REF_COUNT_UNUSED:
        return ERROR_UNUSED;
    case REF_COUNT_UNIQUE:
        return ERROR_UNIQUE;
    case REF_COUNT_BUSY:
        return ERROR_BUSY;
    default:
        return found < REF_COUNT_MAX ? ERROR_NONE : ERROR_TOO_MANY_HANDLES;
    }
}

enum error slot_make_unique(struct slot *slot, uint64_t *found)
{
    *found = 1;
    if (atomic_swap_if_acquire(&slot->ref_count, found, REF_COUNT_UNIQUE) || *found == REF_COUNT_UNIQUE)
        return ERROR_NONE;
    if (*found == REF_COUNT_BUSY)
        return ERROR_BUSY;
    return *found == REF_COUNT_UNUSED ? ERROR_UNUSED : ERROR_SHARED;
}
