/* Endpoints: where callers and a receiver meet. One frame: a header line, then one cache line for each
 * CPU, so that a call between two tasks of one CPU writes no line that another CPU writes. */
#ifndef KERNEL_OBJECT_ENDPOINT_H
#define KERNEL_OBJECT_ENDPOINT_H

#include "kernel/memory/physical.h"
#include <quire/abi.h>
#include <stdint.h>

struct task;

struct endpoint_line {
    struct task *receiver; /* waits for a call on this CPU, or NULL */
    struct task *first;    /* callers that wait for a receiver, highest priority first */
    uint64_t closed;       /* not 0: nobody can receive any more, and calls get NO_SERVER; then receiver is NULL */
    uint64_t unused[5];
};
_Static_assert(sizeof(struct endpoint_line) == 64, "one cache line");

/* Header line, then a line a CPU. An all-zero frame is an endpoint that nobody waits at. */
struct endpoint {
    uint64_t header[8];
    struct endpoint_line lines[WORKERS_MAX];
};
_Static_assert(sizeof(struct endpoint) == 4096, "one frame");

/* The line of an endpoint frame for a CPU. */
static inline struct endpoint_line *endpoint_line(uint64_t frame, uint32_t cpu_number)
{
    return &((struct endpoint *)frame_pointer(frame))->lines[cpu_number];
}

/* Puts a caller behind all waiting ones of at least its priority. */
void endpoint_enqueue(struct endpoint_line *line, struct task *caller);

/* Takes the first waiting caller, or NULL. */
struct task *endpoint_dequeue(struct endpoint_line *line);

/* Takes a caller out of the middle of the queue. */
void endpoint_forget(struct endpoint_line *line, struct task *caller);

#endif
