/* One worker of the frame server, one on each CPU: what it needs to know, and what it is at. */
#ifndef FRAMESERV_CORE_WORKER_H
#define FRAMESERV_CORE_WORKER_H

#include "servers/frameserv/core/keep.h"
#include "servers/frameserv/core/slot.h"

/* What a reply asks the kernel to do, and how to take it back should the kernel refuse. */
struct pending {
    uint32_t action; /* enum action */
    uint32_t count;  /* frames; more than one: in the transfer page */
    uint64_t frame;
    uint64_t old_kind_word; /* CONVERT: the slot before */
    uint64_t old_ref_count;
    uint64_t old_storage[SLOT_STORAGE_WORDS];
};

struct worker {
    struct window window;
    struct keep *keep;
    struct undo_log *log;           /* keep->logs[number] */
    struct cache *cache;            /* keep->caches[number] */
    struct worker_control *control; /* shared with the kernel */
    atomic_word *transfer;          /* TRANSFER_FRAMES frame numbers, shared with the kernel */
    uint32_t number;
    struct pending pending;
};

/* Names the one frame whose slot the worker is about to touch, so that a restart knows where to look. The kernel
 * clears it in the step that accepts the reply. */
static inline void intent_set(struct worker *worker, uint64_t frame)
{
    atomic_store_release(&worker->control->intent, frame + 1);
}

/* The same for the first `count` frames of the transfer page. */
static inline void intent_set_run(struct worker *worker, uint64_t count)
{
    atomic_store_release(&worker->control->intent_run, count);
}

#endif
