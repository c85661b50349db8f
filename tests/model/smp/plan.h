/* What one run of a model explores, and which mistake is planted in it. It comes from the environment, so that one program
 * does for all runs of a model: SCENARIO, MISTAKE. */
#ifndef TESTS_MODEL_SMP_PLAN_H
#define TESTS_MODEL_SMP_PLAN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What tasks do, or what happens to them. */
enum {
#define OPERATION(name, text) OPERATION_##name,
#include "tests/model/smp/operations.def"
#undef OPERATION
};
enum {
    PERMIT_nothing = 0,
#define OPERATION(name, text) PERMIT_##name = 1 << OPERATION_##name,
#include "tests/model/smp/operations.def"
#undef OPERATION
};

struct scenario {
    const char *name;
    int cpus;
    int steps; /* that each CPU's task takes, of these: */
    int operations;
    int count; /* grace: objects that end; calls: CPUs where there is a receiver, a bit each; restart: deaths */
};

static const struct scenario scenarios[] = {
#define P(operation) PERMIT_##operation
#define SCENARIO(name, model, cpus, steps, count, operations, text) {#name, cpus, steps, operations, count},
#include "tests/model/smp/scenarios.def"
#undef SCENARIO
#undef P
};

enum planted {
    PLANT_none,
#define MISTAKE(name, scenario, fault, text) PLANT_##name,
#include "tests/model/smp/mistakes.def"
#undef MISTAKE
};

static const char *const mistakes[] = {
    "none",
#define MISTAKE(name, scenario, fault, text) #name,
#include "tests/model/smp/mistakes.def"
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
}

#endif
