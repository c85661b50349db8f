/* Tasks that compute while the suite computes too. A reply and the next receive are one system call, so a task that
 * was called can not answer and go on computing; a runner therefore calls the suite, and the answer is its job.
 * It calls again when the job is done, with the job's result. */
#ifndef TESTS_TASKS_RUNNER_H
#define TESTS_TASKS_RUNNER_H

#include <stdint.h>

/* Label of the suite's reply. Jobs but the first come with a handle to a frame that starts with struct spin;
 * the runner maps it, works, unmaps and drops it. */
enum runner_job {
    RUNNER_NOTHING,   /* call again */
    RUNNER_SPIN,      /* counts until told to stop */
    RUNNER_WATCH,     /* word 0 rounds: computes so long without a system call; result: how far count came meanwhile */
    RUNNER_FPU,       /* word 0 seed: counts until told to stop, FPU registers full; result: registers that differed */
    RUNNER_SELECTORS, /* word 0 a selector to load: counts until told to stop; result: how often others were found */
    RUNNER_FLOOD, /* asks the counter and the frame server for things until told to stop, see below; result: errors */
    RUNNER_QUEUE, /* word 0 rounds: takes a ticket, makes a request to the frame server; result: struct waited */
};

/* RUNNER_FLOOD: takes a ticket at "counter", allocates a run of frames, drops it, and counts each of the two. */

/* What a runner with RUNNER_QUEUE saw served to others between the moments when it could run and when it had its
 * answer, a byte each: the most and the least of tickets given, the most of requests to the frame server, errors. */
struct waited {
    uint8_t tickets_most;
    uint8_t tickets_least;
    uint8_t requests_most;
    uint8_t errors;
};

static inline uint64_t waited_pack(struct waited waited)
{
    return waited.tickets_most | (uint64_t)waited.tickets_least << 8 | (uint64_t)waited.requests_most << 16 |
           (uint64_t)waited.errors << 24;
}

static inline struct waited waited_unpack(uint64_t word)
{
    return (struct waited){(uint8_t)word, (uint8_t)(word >> 8), (uint8_t)(word >> 16), (uint8_t)(word >> 24)};
}

struct spin {
    volatile uint64_t count; /* goes up for ever */
    volatile uint64_t stop;  /* not 0: enough */
};

#endif
