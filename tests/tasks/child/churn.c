/* Work that is to be cut off at any place. */
#include "tests/tasks/child/bare.h"
#include "tests/tasks/child/child.h"

#include <quire/list.h>

#define SLOTS 16

static uint64_t state;

/* Marsaglia's xorshift64. */
static uint64_t draw(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

/* What a slot holds nothing of is made, what it holds is used or dropped. */
static enum error turn(handle *slot)
{
    handle other;
    void *page;
    enum error error;

    if (*slot == 0) {
        switch (draw(4)) {
        case 0:
            return frame_allocate_run(1 + (uint32_t)draw(3), slot); /* of which all but the first stay */
        case 1:
            return object_make(KIND_ENDPOINT, slot);
        case 2:
            return object_make(KIND_RECORD, slot);
        default:
            return frame_allocate(slot);
        }
    }
    switch (draw(4)) {
    case 0:
        error = frame_map_anywhere(*slot, RIGHT_READ | RIGHT_WRITE, &page);
        return error == ERROR_MAPPED || error == ERROR_WRONG_KIND || error == ERROR_MISSING_RIGHT ? ERROR_NONE : error;
    case 1:
        error = frame_clone(*slot, RIGHT_MOVE, &other);
        return error == ERROR_NONE ? frame_drop(other) : error;
    default:
        error = frame_drop(*slot);
        *slot = 0;
        return error;
    }
}

uint64_t job_churn(void)
{
    handle slots[SLOTS] = {0};
    enum error error = ERROR_NONE;

    state = job_number("seed") * 2 + 1;
    job_ring();
    while (error == ERROR_NONE || error == ERROR_NO_TABLE_ENTRY) { /* full: it goes on with what it has */
        error = turn(&slots[draw(SLOTS)]);
    }
    return JOB_FAILED + error;
}
