/* For walks over all of memory: what can be passed over in one step. */
#ifndef FRAMESERV_CORE_PIECES_H
#define FRAMESERV_CORE_PIECES_H

#include "servers/frameserv/core/buddy.h"
#include "servers/frameserv/core/lock.h"
#include "servers/frameserv/core/worker.h"

/* Frames of these types are nobody's to have or to pay for, ever. What backs the window is too much to be looked through. */
static inline bool region_is_ruled_out(enum region_type type)
{
    return !region_has_slots(type) || type == REGION_METADATA;
}

/* As buddy_free_end, for a caller without the buddy's lock. */
static inline uint64_t free_memory_end(struct worker *worker, uint64_t frame)
{
    struct buddy *buddy = &worker->keep->buddy;

    lock_acquire(&buddy->lock, worker->number);
    uint64_t end = buddy_free_end(buddy, &worker->window, worker->log, frame);
    lock_release(&buddy->lock);
    return end;
}

#endif
