/* Endpoints: where callers and receivers meet, and where notifications wait. One frame: a header line, then one cache line for
 * each CPU, so that a call between two tasks of one CPU writes no line that another CPU writes.
 *
 * A receiver waits at its CPU's line, which only that CPU touches, and callers of that CPU find it there without a lock. Who
 * finds none waits in the queue of the header, as bits of notifications do; it is guarded by the frame's lock. Whoever puts
 * something there has all other CPUs whose tasks can receive look at their lines (MAIL_LOOK). The frame server's endpoint is
 * split: it has a receiver on each CPU, and each line a queue of its own. */
#ifndef KERNEL_OBJECT_ENDPOINT_H
#define KERNEL_OBJECT_ENDPOINT_H

#include "kernel/memory/physical.h"
#include "kernel/object/mail.h"
#include <quire/abi.h>
#include <quire/atomic.h>
#include <quire/error.h>
#include <stdint.h>

struct task;
struct handle_entry;

struct endpoint_queue {
    struct task *callers; /* that wait for a receiver: see task_queue.h */
    atomic_word bits;     /* of notifications that nobody has received yet; or'ed and taken at once, without lock */
};

struct endpoint_line {
    struct task *receiver;       /* waits here on this CPU, or NULL */
    uint64_t attention;          /* not 0: a receiver looks at the queue before it waits */
    uint64_t receivers;          /* handles of this CPU's tasks that allow to receive; guarded by the frame's lock */
    struct mail mail;            /* MAIL_LOOK */
    atomic_word mailed;          /* not 0: it is under way */
    struct endpoint_queue queue; /* of a split endpoint */
};
_Static_assert(sizeof(struct endpoint_line) == 64, "one cache line");

/* Header line, then a line a CPU. A frame that is all 0 becomes an endpoint with the handle that it is converted by. */
struct endpoint {
    uint64_t receivers;     /* handles that allow to receive; this, and what follows, is guarded by the frame's lock */
    uint64_t receiver_cpus; /* bit n: some of them are of CPU n */
    uint64_t closed;        /* not 0: nobody can receive any more, and calls get NO_SERVER */
    uint64_t split;         /* not 0: see above; constant */
    struct endpoint_queue queue;
    uint64_t unused[2];
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

/* The endpoint of a line. */
static inline struct endpoint *endpoint_of_line(const struct endpoint_line *line)
{
    return (struct endpoint *)((uintptr_t)line / FRAME_SIZE * FRAME_SIZE);
}

/* Where callers and bits wait that come by a line of the endpoint. */
static inline struct endpoint_queue *endpoint_queue(struct endpoint *endpoint, struct endpoint_line *line)
{
    return endpoint->split ? &line->queue : &endpoint->queue;
}

static inline bool endpoint_is_closed(const struct endpoint_line *line)
{
    return atomic_load_relaxed(&endpoint_of_line(line)->closed) != 0;
}

/* Below, a line is this CPU's. */

/* Puts a caller behind all waiting ones of at least its priority, and has others look. 32 steps at the most, whoever waits.
 * NO_SERVER: the endpoint is closed. BAD_HANDLE, STALE_HANDLE: its handle to the endpoint (in rdi, unless it is dying) has been
 * taken away. */
must_use enum error endpoint_enqueue(struct endpoint_line *line, struct task *caller);

/* Takes the first waiting caller, which is this CPU's to touch then, or NULL. */
struct task *endpoint_dequeue(struct endpoint_line *line);

/* Takes a caller out of the middle of the queue that it waits in. False: it waits in none any more. */
must_use bool endpoint_forget(struct task *caller);

/* The same with the lock of the endpoint's frame held, if it waits there. */
must_use bool endpoint_forget_locked(struct endpoint *endpoint, struct task *caller);

/* Adds bits to what a receiver is to be notified of. One that waits gets them and is ready. */
void endpoint_notify(struct endpoint_line *line, uint64_t bits);

/* Has a receiver that waits get bits that came while it was out of the line and interrupts were let in. */
void endpoint_catch_up(struct endpoint_line *line);

/* Hands the bits that wait to a task whose receiving ends with it, and notes whether callers are left. False: there are no bits. */
must_use bool endpoint_deliver_bits(struct endpoint_line *line, struct task *receiver);

/* Notes whether there is something in the queue. Returns that. */
bool endpoint_attend(struct endpoint_line *line);

/* Has the CPU of a line, which may be any, look at it. The endpoint can't go meanwhile: its lock is held, or it was found by a
 * handle. */
void endpoint_poke(struct endpoint_line *line, uint32_t cpu_number);

/* For every handle with the receive right that comes to be in a table of a CPU's task, with the frame's lock held (or while
 * nobody knows it). */
void endpoint_receiver_comes(uint64_t frame, uint32_t cpu_number);

/* For every such handle that ends, the lock held. True: it was the last, and endpoint_close is due once it is not. */
bool endpoint_receiver_goes(uint64_t frame, uint32_t cpu_number);

/* Nobody can receive at a line's endpoint any more (whose CPU the line is of does not matter): callers get NO_SERVER, those that
 * wait and all later ones. Interrupts are served between two of them, so nothing else is half done. */
void endpoint_close(struct endpoint_line *line);

#endif
