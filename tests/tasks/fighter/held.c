/* The handles that a fighter has. */
#include "tests/tasks/fighter/fighter.h"

#include <quire/client.h>
#include <quire/slot.h>

struct held held[HELD_MAX];

/* The first place from a drawn one on that holds a handle, or does not. */
static struct held *find(bool used)
{
    uint64_t first = random_below(&numbers, HELD_MAX);

    for (uint64_t k = 0; k < HELD_MAX; k++) {
        struct held *place = &held[(first + k) % HELD_MAX];

        if ((place->value != 0) == used) {
            return place;
        }
    }
    return NULL;
}

struct held *held_any(void)
{
    return find(true);
}

struct held *held_none(void)
{
    return find(false);
}

uint32_t held_count(uint64_t address)
{
    uint32_t count = 0;

    for (uint32_t k = 0; k < HELD_MAX; k++) {
        count += held[k].value != 0 && held[k].address == address;
    }
    return count;
}

void held_mark_shared(uint64_t address)
{
    for (uint32_t k = 0; k < HELD_MAX; k++) {
        held[k].shared |= held[k].value != 0 && held[k].address == address;
    }
}

void held_enter(struct held *place, handle value, uint64_t address, uint32_t rights, bool shared)
{
    *place = (struct held){.value = value, .address = address, .rights = rights, .shared = shared};
}

void held_leave(struct held *place)
{
    *place = (struct held){0};
}

enum error held_result(struct held *place, enum error error)
{
    if (error != ERROR_BAD_HANDLE && error != ERROR_STALE_HANDLE && error != ERROR_REVOKED) {
        return error;
    }
    check(place->shared, place->address);
    enum error gone = frame_drop(place->value); /* so that the library knows */
    check_equal(gone, ERROR_BAD_HANDLE, place->address);
    held_leave(place);
    return error;
}

void held_others_gone(const struct held *place)
{
    for (uint32_t k = 0; k < HELD_MAX; k++) {
        if (&held[k] != place && held[k].value != 0 && held[k].address == place->address) {
            check_equal(frame_drop(held[k].value), ERROR_BAD_HANDLE, place->address);
            held_leave(&held[k]);
        }
    }
}

bool is_public(uint64_t address)
{
    return address / FRAME_SIZE % BOARD_PUBLIC == 0;
}
