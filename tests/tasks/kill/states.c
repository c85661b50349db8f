#include "tests/tasks/kill/states.h"

#include <quire/tap.h>

#define STATES_MAX 4096

static struct {
    enum operation operation;
    uint64_t found;
} states[STATES_MAX];
static uint32_t state_count;

bool state_is_new(enum operation operation, uint64_t found)
{
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
