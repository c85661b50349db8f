/* What one run of the model explores, and which mistake is planted in it. It comes from the environment, so that one
 * program does for all runs: SCENARIO, MISTAKE; KILLS takes the place of the scenario's. */
#ifndef TESTS_MODEL_PROTOCOL_PLAN_H
#define TESTS_MODEL_PROTOCOL_PLAN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Calls that clients make. */
enum {
    PERMIT_alloc = 1 << 0,
    PERMIT_alloc_unique = 1 << 1,
    PERMIT_claim = 1 << 2,
    PERMIT_drop = 1 << 3,
    PERMIT_clone = 1 << 4,
    PERMIT_look = 1 << 5,
    PERMIT_revoke = 1 << 6,
    PERMIT_push = 1 << 7,
    PERMIT_take = 1 << 8,
    PERMIT_move = 1 << 9, /* a handle to the other client: the kernel's alone */
};

struct scenario {
    const char *name;
    int frames;
    int kills;
    int calls;   /* of each client, 0: any number */
    int handles; /* that a client has at the most */
    int faults;  /* kills may be a call's own fault, and two of them are enough for it */
    int shared;  /* both clients are in one account */
    int operations;
};

static const struct scenario scenarios[] = {
#define P(operation) PERMIT_##operation
#define SCENARIO(name, frames, kills, calls, handles, faults, shared, operations, text)                                \
    {#name, frames, kills, calls, handles, faults, shared, operations},
#include "tests/model/protocol/scenarios.def"
#undef SCENARIO
#undef P
};

enum planted {
    PLANT_none,
#define MISTAKE(name, scenario, fault, text) PLANT_##name,
#include "tests/model/protocol/mistakes.def"
#undef MISTAKE
};

static const char *const mistakes[] = {
    "none",
#define MISTAKE(name, scenario, fault, text) #name,
#include "tests/model/protocol/mistakes.def"
#undef MISTAKE
};

static struct scenario limits;
static enum planted planted;

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Before main(), which is Spin's. */
__attribute__((constructor)) static void plan(void)
{
    const char *scenario = getenv("SCENARIO");
    const char *mistake = getenv("MISTAKE");
    const char *kills = getenv("KILLS");

    for (size_t k = 0; k < COUNT_OF(scenarios) && scenario; k++) {
        if (strcmp(scenario, scenarios[k].name) == 0)
            limits = scenarios[k];
    }
    for (size_t k = 0; k < COUNT_OF(mistakes) && mistake; k++) {
        if (strcmp(mistake, mistakes[k]) == 0)
            planted = (enum planted)k;
    }
    if (!limits.name || (mistake && strcmp(mistake, mistakes[planted]) != 0)) {
        fprintf(stderr, "SCENARIO: one of scenarios.def; MISTAKE: none, or one of mistakes.def\n");
        exit(2);
    }
    if (kills && *kills)
        limits.kills = atoi(kills);
}

#endif
