/* Tasks that compute while the suite computes too. A reply and the next receive are one system call, so a task that
 * was called can not answer and go on computing; a runner therefore calls the suite, and the answer is its job.
 * It calls again when the job is done, with the job's result. */
#ifndef TESTS_TASKS_RUNNER_H
#define TESTS_TASKS_RUNNER_H

#include <stdint.h>

/* Label of the suite's reply. Jobs but the first come with a handle to a frame that starts with struct spin;
 * the runner maps it, works, unmaps and drops it. */
enum runner_job {
    RUNNER_NOTHING, /* call again */
    RUNNER_SPIN,    /* counts until told to stop */
    RUNNER_WATCH,   /* word 0 rounds: computes so long without a system call; result: how far count came meanwhile */
    RUNNER_FPU,     /* word 0 seed: counts until told to stop, FPU registers full; result: registers that differed */
};

struct spin {
    volatile uint64_t count; /* goes up for ever */
    volatile uint64_t stop;  /* not 0: enough */
};

#endif
