/* Tasks that work beside the attackers, and notice when anything is not as it must be. */
#ifndef TESTS_TASKS_HOSTILE_CHILD_HONEST_H
#define TESTS_TASKS_HOSTILE_CHILD_HONEST_H

#include "tests/tasks/hostile/report.h"

/* Work until the suite says that it is enough. Return what the task is to end with: 0 if all was right. */
int honest_client(volatile struct report *report, uint64_t seed);
int honest_server(volatile struct report *report);

#endif
