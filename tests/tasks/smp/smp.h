/* What the tests of the suite `smp` share. */
#ifndef TESTS_TASKS_SMP_SMP_H
#define TESTS_TASKS_SMP_SMP_H

#include "tests/children/server.h"
#include <quire/entries.h>
#include <quire/slot.h>
#include <quire/task.h>

/* Turns of the scheduler on this CPU, which are short if nobody else runs here: what others do elsewhere takes so many at the most. */
#define PATIENCE_TURNS 20000000

#define PATIENCE_LOOKS 200000 /* likewise, with a few requests each */

#define VECTOR_PAGE_FAULT 14 /* Intel SDM volume 3, 6.3.1 */

/* Waits until the machine has so many free frames again as before; says so if it never has. */
bool all_is_back(uint64_t free_before);

/* Each CPU in turn, on which children are made meanwhile. */
#define FOR_EACH_CPU(cpu) for (uint32_t cpu = 0; children_on(cpu); cpu++)
bool children_on(uint32_t cpu);

/* A number drawn from the seed, below a limit. */
uint64_t draw(uint64_t limit);

extern const struct tap_group calls_tests;
extern const struct tap_group tasks_tests;
extern const struct tap_group revoke_tests;
extern const struct tap_group memory_tests;
extern const struct tap_group fight_tests;
extern const struct tap_group console_tests;

#endif
