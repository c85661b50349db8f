/* The last events, in a ring: what `events=N` on the kernel's command line asks for. A panic tells some of them, and
 * `make trace` takes all out of the machine's memory when it has ended. */
#ifndef KERNEL_EVENT_H
#define KERNEL_EVENT_H

#include <quire/atomic.h>
#include <stdint.h>

struct task;

enum event_kind {
#define EVENT(number, NAME, name, words) EVENT_##NAME = (number),
#include "kernel/events.def"
#undef EVENT
};

#define EVENT_WORDS 6
#define EVENT_KIND_BITS 8
#define EVENT_NOBODY UINT32_MAX /* no frame: the last one below PHYSICAL_MAX is taken for none */
#define EVENTS_MAX (UINT64_C(1) << 32)

/* tests/machine/trace-json knows this order, and that of struct events. */
struct event {
    uint64_t stamp;  /* time stamp counter << 8 | enum event_kind */
    uint32_t task;   /* frame number, or EVENT_NOBODY */
    uint32_t caller; /* of a system call: the task whose call it serves, likewise */
    uint64_t words[EVENT_WORDS];
};
_Static_assert(sizeof(struct event) == 64, "a cache line");

struct events {
    struct event *ring;
    uint64_t size;     /* a power of two; 0: none are kept */
    atomic_word count; /* so many were stored; the last `size` of them are there */
    uint64_t name;     /* where in a task its name is */
    uint64_t endpoint; /* frame number of the frame server's */
};

extern struct events events;

/* Makes a ring of so many events at least, as far as they fit into a quarter of what the early allocator has below 4 GiB, and
 * has system calls recorded. Less memory than that for the least ring: none. */
void events_keep(uint64_t count);

/* Stores an event; task may be NULL. */
void event_store(enum event_kind kind, const struct task *task, const uint64_t words[EVENT_WORDS]);

/* The same with the words in place, and nothing at all when no events are kept. */
#define event_record(kind, task, ...)                                                                                  \
    do {                                                                                                               \
        if (events.size)                                                                                               \
            event_store(kind, task, (const uint64_t[EVENT_WORDS]){__VA_ARGS__});                                       \
    } while (0)

#endif
