/* The suite's runners (tests/tasks/runner.h): tasks that work while the suite works too. */
#ifndef TESTS_TASKS_CHECK_CREW_H
#define TESTS_TASKS_CHECK_CREW_H

#include "tests/tasks/runner.h"
#include <quire/abi.h>

/* Takes the spare runner's first call. Once, before any of the others. */
must_use enum error crew_initialise(void);

/* Gives the runner who calls at an endpoint of this task ("equal", "low", "high") a job, and comes back while it works.
 * frame: lent to the runner as a further handle; starts with struct spin. */
must_use enum error crew_start(const char *endpoint, enum runner_job job, handle frame, uint64_t word);

/* Waits until the runner is done. *result: of its job. */
must_use enum error crew_finish(const char *endpoint, uint64_t *result);

#endif
