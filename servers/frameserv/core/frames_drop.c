/* The end of frames: the last handle goes, the frame becomes unused, and only then the allocator's. */
#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/frames.h"
#include <quire/kinds.h>

/* Tears a frame down whose last handle is gone, before anybody can get it anew. Kinds that act at their
 * frame's end do it here, outside of all locks, while the slot is busy. Returns its kind word. */
static uint64_t finish(struct slot *slot)
{
    uint64_t word = atomic_load_relaxed(&slot->kind_word);

    slot_retire(slot);
    return word;
}

/* Takes a handle away. Returns the frame's kind word if it is unused now, and not the allocator's yet; else 0. */
static uint64_t take_handle(struct slot *slot)
{
    bool last = false;

    if (slot_remove(slot, &last) != ERROR_NONE || !last)
        return 0;
    return finish(slot);
}

uint64_t frames_drop(struct worker *worker, uint64_t frame)
{
    if (frame >= worker->window.frame_count)
        return 0;
    intent_set(worker, frame);
    uint64_t word = take_handle(window_slot(&worker->window, frame));
    if (word == 0)
        return 0;
    allocator_give(worker, frame, (uint32_t)kind_word_payer(word));
    return 1;
}

/* The order of the largest chunk that the transfer page names from place `done` on, frames that follow one
 * another and are aligned to their number; 0 when there is none. */
static uint32_t chunk_order(const struct worker *worker, uint64_t done, uint64_t count)
{
    uint64_t first = worker->transfer[done];
    uint32_t order = CHUNK_ORDER_MAX;
    uint64_t row = 1;

    while (order >= CHUNK_ORDER_MIN && (first % (UINT64_C(1) << order) != 0 || UINT64_C(1) << order > count - done))
        order -= 1;
    if (order < CHUNK_ORDER_MIN || first >= worker->window.frame_count)
        return 0;
    while (row < UINT64_C(1) << order && worker->transfer[done + row] == first + row)
        row += 1;
    while (order >= CHUNK_ORDER_MIN && UINT64_C(1) << order > row)
        order -= 1;
    return order >= CHUNK_ORDER_MIN ? order : 0;
}

/* Takes a handle to each frame of a chunk away, and gives the frames back together if all of them ended and are
 * alike. Returns how many ended. */
static uint64_t drop_chunk(struct worker *worker, uint64_t first, uint32_t order)
{
    struct slot *slots = window_slot(&worker->window, first);
    uint64_t size = UINT64_C(1) << order;
    uint64_t words[1 << CHUNK_ORDER_MAX];
    uint64_t differ = 0;
    uint64_t unused = 0;

    words[0] = take_handle(&slots[0]);
    for (uint64_t k = 1; k < size; k++) {
        words[k] = take_handle(&slots[k]);
        differ += words[k] != words[0];
    }
    if (differ == 0 && words[0] != 0) {
        allocator_give_chunk(worker, first, order);
        return size;
    }
    for (uint64_t k = 0; k < size; k++) {
        if (words[k] != 0) {
            allocator_give(worker, first + k, (uint32_t)kind_word_payer(words[k]));
            unused += 1;
        }
    }
    return unused;
}

uint64_t frames_drop_run(struct worker *worker, uint64_t count)
{
    uint64_t unused = 0;
    uint64_t done = 0;

    intent_set_run(worker, count);
    while (done < count) {
        uint32_t order = chunk_order(worker, done, count);
        if (order != 0)
            unused += drop_chunk(worker, worker->transfer[done], order);
        else
            unused += frames_drop(worker, worker->transfer[done]);
        done += UINT64_C(1) << order;
    }
    return unused;
}

/* Sets no intent: those that are set name what is still to be reconciled, should recovery be killed too. */
void frames_reconcile(struct worker *worker, uint64_t frame, uint64_t handles, enum kind kind)
{
    struct slot *slot = window_slot(&worker->window, frame);
    uint64_t word = slot->kind_word;

    if (kind_word_payer(word) == ACCOUNT_NOBODY) {
        slot_retire(slot);
    } else if (kind_is_set_aside(kind_word_kind(word))) {
        slot_publish_shared(slot);
    } else if (handles > 0) {
        bool owner = slot->ref_count == REF_COUNT_UNIQUE && kind_word_kind(word) == kind; /* not from a repurpose */
        if (handles > 1 || (kind_is_shareable(kind) && !owner))
            atomic_store_release(&slot->ref_count, handles);
        else
            slot_publish_unique(slot);
        /* Last, since until then it tells an interrupted change of kind. */
        atomic_store_release(&slot->kind_word, kind_word(kind, kind_word_flags(word), kind_word_payer(word)));
    } else if (slot->in_list != 0) {
        slot_publish_unique(slot);
    } else {
        allocator_give(worker, frame, (uint32_t)kind_word_payer(finish(slot)));
    }
}
