#include "tests/tasks/kill/states.h"

#include "servers/frameserv/core/recover.h"
#include <quire/tap.h>

#define STATES_MAX 4096
#define FOUND_RUN_MASK UINT64_C(0x3ff)
#define RUN_TOLD UINT64_C(8)

static struct {
    enum operation operation;
    uint64_t found;
} states[STATES_MAX];
static uint32_t state_count;

/* Runs that are longer than RUN_TOLD are alike. */
static uint64_t known_as(uint64_t found)
{
    uint64_t run = found >> FOUND_RUN & FOUND_RUN_MASK;

    return run > RUN_TOLD ? (found & ~(FOUND_RUN_MASK << FOUND_RUN)) | (RUN_TOLD + 1) << FOUND_RUN : found;
}

bool state_is_new(enum operation operation, uint64_t found)
{
    found = known_as(found);
    for (uint32_t k = 0; k < state_count; k++) {
        if (states[k].operation == operation && states[k].found == found) {
            return false;
        }
    }
    if (expect(state_count < STATES_MAX)) {
        states[state_count].operation = operation;
        states[state_count++].found = found;
    }
    return true;
}
