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

/* Whether a frame is somebody's, or in a cache. Memory that was never asked for has no slots to look at. */
static inline bool is_in_no_block(const struct worker *worker, uint64_t frame)
{
    if (buddy_is_fresh(&worker->keep->buddy, frame / GRANULE_FRAMES))
        return false;
    uint64_t word = atomic_load_relaxed(&window_slot(&worker->window, frame)->kind_word);
    return kind_word_payer(word) != ACCOUNT_NOBODY || (kind_word_flags(word) & FLAG_CACHED) != 0;
}

/* As buddy_free_end, for a caller without the buddy's lock, which is not taken for each frame that is in no block. */
static inline uint64_t free_memory_end(struct worker *worker, uint64_t frame)
{
    struct buddy *buddy = &worker->keep->buddy;

    if (is_in_no_block(worker, frame))
        return frame;
    lock_acquire(&buddy->lock, worker->number);
    uint64_t end = buddy_free_end(buddy, &worker->window, worker->log, frame);
    lock_release(&buddy->lock);
    return end;
}

#endif
