/* Endpoints: where callers and a receiver meet, and where notifications wait. One frame: a header line, then one cache
 * line for each CPU, so that a call between two tasks of one CPU writes no line that another CPU writes. */
#ifndef KERNEL_OBJECT_ENDPOINT_H
#define KERNEL_OBJECT_ENDPOINT_H

#include "kernel/memory/physical.h"
#include <quire/abi.h>
#include <stdint.h>

struct task;
struct handle_entry;

struct endpoint_line {
    struct task *receiver; /* waits here on this CPU, or NULL */
    uint64_t attention;    /* not 0: there are callers or bits, so that a receiver may not just wait */
    struct task *callers;  /* that wait for a receiver: see task_queue.h */
    uint64_t bits;         /* of notifications that nobody has received yet */
    uint64_t closed;       /* not 0: nobody can receive any more, and calls get NO_SERVER */
    uint64_t unused[3];
};
_Static_assert(sizeof(struct endpoint_line) == 64, "one cache line");

/* Header line, then a line a CPU. A frame that is all 0 becomes an endpoint with the handle that it is converted by. */
struct endpoint {
    uint64_t receivers; /* handles that allow to receive; guarded by the frame's lock */
    uint64_t unused[7];
    struct endpoint_line lines[WORKERS_MAX];
};
_Static_assert(sizeof(struct endpoint) == 4096, "one frame");

static inline struct endpoint *endpoint_of(uint64_t frame)
{
    return frame_pointer(frame);
}

/* The line of an endpoint frame for a CPU. */
static inline struct endpoint_line *endpoint_line(uint64_t frame, uint32_t cpu_number)
{
    return &endpoint_of(frame)->lines[cpu_number];
}

/* Puts a caller behind all waiting ones of at least its priority. 32 steps at the most, whoever waits. */
void endpoint_enqueue(struct endpoint_line *line, struct task *caller);

/* Takes the first waiting caller, or NULL. */
struct task *endpoint_dequeue(struct endpoint_line *line);

/* Takes a caller out of the middle of the queue. */
void endpoint_forget(struct endpoint_line *line, struct task *caller);

/* Adds bits to what a receiver is to be notified of. One that waits gets them and is ready. */
void endpoint_notify(struct endpoint_line *line, uint64_t bits);

/* Hands the bits that wait, of which there are some, to a task whose receiving ends with it. */
void endpoint_deliver_bits(struct endpoint_line *line, struct task *receiver);

/* For every handle with the receive right that comes to be, with the frame's lock held (or while nobody knows it). */
static inline void endpoint_receiver_comes(uint64_t frame)
{
    endpoint_of(frame)->receivers++;
}

/* For every such handle that ends, the lock held. True: it was the last, and endpoint_close is due once it is not. */
static inline bool endpoint_receiver_goes(uint64_t frame)
{
    return --endpoint_of(frame)->receivers == 0;
}

/* Nobody can receive on this line any more: callers get NO_SERVER, those that wait and all later ones. Interrupts are served
 * between two of them, so nothing else is half done. */
void endpoint_close(struct endpoint_line *line);

#endif
