/* The end of frames: the last handle goes, the frame becomes unused, and only then the allocator's. */
#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/kinds.h"

/* Frames that became unused and are not the allocator's yet: all of one payer, and named by intents. */
struct batch {
    uint64_t frames[CHUNK_FRAMES];
    uint64_t count;
    uint32_t payer;
};

/* Tears a frame down whose last handle is gone, before anybody can get it anew. Kinds that act at their
 * frame's end do it here, outside of all locks, while the slot is busy. */
static uint32_t finish(struct slot *slot)
{
    uint32_t payer = (uint32_t)kind_word_payer(atomic_load_relaxed(&slot->kind_word));

    slot_retire(slot);
    return payer;
}

/* Takes a handle away. true: the frame is unused now, and not the allocator's. */
static bool take_handle(struct worker *worker, uint64_t frame, uint32_t *payer)
{
    bool last = false;

    if (frame >= worker->window.frame_count)
        return false;
    struct slot *slot = window_slot(&worker->window, frame);
    if (slot_remove(slot, &last) != ERROR_NONE || !last)
        return false;
    *payer = finish(slot);
    return *payer != ACCOUNT_NOBODY;
}

uint64_t frames_drop(struct worker *worker, uint64_t frame)
{
    uint32_t payer;

    intent_set(worker, frame);
    if (!take_handle(worker, frame, &payer))
        return 0;
    allocator_give(worker, frame, payer);
    return 1;
}

static bool is_chunk(const struct batch *batch)
{
    if (batch->count != CHUNK_FRAMES || batch->frames[0] % CHUNK_FRAMES != 0)
        return false;
    for (uint64_t k = 1; k < CHUNK_FRAMES; k++) {
        if (batch->frames[k] != batch->frames[0] + k)
            return false;
    }
    return true;
}

static void flush(struct worker *worker, struct batch *batch)
{
    if (is_chunk(batch)) {
        allocator_give_chunk(worker, batch->frames[0], batch->payer);
    } else {
        for (uint64_t k = 0; k < batch->count; k++)
            allocator_give(worker, batch->frames[k], batch->payer);
    }
    batch->count = 0;
}

uint64_t frames_drop_run(struct worker *worker, uint64_t count)
{
    struct batch batch = {.count = 0, .payer = ACCOUNT_NOBODY};
    uint64_t unused = 0;

    intent_set_run(worker, count);
    for (uint64_t k = 0; k < count; k++) {
        uint64_t frame = worker->transfer[k];
        uint32_t payer;
        if (!take_handle(worker, frame, &payer))
            continue;
        unused += 1;
        if (batch.count == CHUNK_FRAMES || payer != batch.payer || frame % CHUNK_FRAMES == 0)
            flush(worker, &batch);
        batch.payer = payer;
        batch.frames[batch.count++] = frame;
    }
    flush(worker, &batch);
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
        allocator_give(worker, frame, finish(slot));
    }
}
