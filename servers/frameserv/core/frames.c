#include "servers/frameserv/core/frames.h"

#include "servers/frameserv/core/allocator.h"
#include <quire/kinds.h>

/* Gives a frame that the allocator handed out its first handle. An error: the slot says that the frame is in use. */
static inline enum error build(struct slot *slot)
{
    enum error error = slot_begin(slot);

    if (error != ERROR_NONE)
        return error;
    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
        slot->storage[k] = 0; /* the allocator's links */
    slot_publish_shared(slot);
    return ERROR_NONE;
}

/* The same for one frame, which nobody gets any more if it is in use. */
static enum error build_or_disown(struct worker *worker, uint64_t frame, uint32_t payer)
{
    enum error error = build(window_slot(&worker->window, frame));

    if (error != ERROR_NONE)
        allocator_disown(worker, frame, payer);
    return error;
}

enum error frames_allocate(struct worker *worker, uint32_t payer, uint64_t *frame)
{
    enum error error = allocator_take(worker, payer, frame);

    return error == ERROR_NONE ? build_or_disown(worker, *frame, payer) : error;
}

/* The same for frames `*built` to `end` of the transfer page; on an error the rest of them goes back, and *built is
 * where it stopped. */
static enum error build_run(struct worker *worker, uint32_t payer, uint64_t *built, uint64_t end)
{
    struct slot *slots = worker->window.slots;
    enum error error = ERROR_NONE;
    uint64_t k = *built;

    while (k < end && (error = build(&slots[worker->transfer[k]])) == ERROR_NONE)
        k += 1;
    *built = k;
    if (error == ERROR_NONE)
        return ERROR_NONE;
    allocator_disown(worker, worker->transfer[k], payer);
    for (uint64_t rest = k + 1; rest < end; rest++)
        allocator_give(worker, worker->transfer[rest], payer);
    return error;
}

enum error frames_allocate_run(struct worker *worker, uint32_t payer, uint64_t count, bool contiguous)
{
    enum error error = ERROR_NONE;
    uint64_t done = 0;

    while (done < count && error == ERROR_NONE) {
        uint64_t taken = count;
        error = contiguous ? allocator_take_contiguous(worker, payer, count)
                           : allocator_take_some(worker, payer, done, count - done, &taken);
        if (error == ERROR_NONE)
            error = build_run(worker, payer, &done, done + taken);
    }
    if (error != ERROR_NONE)
        frames_drop_run(worker, done);
    return error;
}

enum error frames_claim(struct worker *worker, uint32_t payer, uint64_t address, uint64_t *frame)
{
    struct slot *slot;
    enum error error = window_find(&worker->window, address, &slot);

    if (error != ERROR_NONE)
        return error;
    if (kind_word_payer(atomic_load_relaxed(&slot->kind_word)) == ACCOUNT_SYSTEM)
        return ERROR_RESERVED;
    error = slot_error_if_unused_needed(atomic_load_relaxed(&slot->ref_count));
    if (error != ERROR_NONE)
        return error;
    *frame = address / FRAME_SIZE;
    intent_set(worker, *frame);
    error = allocator_claim(worker, payer, *frame);
    return error == ERROR_NONE ? build_or_disown(worker, *frame, payer) : error;
}

enum error frames_look_up(struct worker *worker, uint64_t address, uint64_t *frame, uint64_t *count)
{
    struct slot *slot;
    enum error error = window_find(&worker->window, address, &slot);

    if (error != ERROR_NONE)
        return error;
    if (kind_word_payer(atomic_load_relaxed(&slot->kind_word)) == ACCOUNT_SYSTEM)
        return ERROR_RESERVED;
    *frame = address / FRAME_SIZE;
    intent_set(worker, *frame);
    error = slot_add(slot, count);
    if (error != ERROR_NONE)
        return error;
    /* The kind counts from here on only: before, the frame might have ended and begun anew. */
    if (kind_is_untyped(kind_word_kind(atomic_load_relaxed(&slot->kind_word))))
        return ERROR_NONE;
    frames_drop(worker, *frame);
    return ERROR_WRONG_KIND;
}

enum error frames_clone(struct worker *worker, uint64_t frame, uint64_t *count)
{
    struct slot *slot = window_slot(&worker->window, frame);

    intent_set(worker, frame);
    enum error error = slot_add(slot, count);
    if (error != ERROR_NONE || kind_is_shareable(kind_word_kind(atomic_load_relaxed(&slot->kind_word))))
        return error;
    frames_drop(worker, frame);
    return ERROR_UNIQUE;
}

enum error frames_describe(struct worker *worker, uint64_t address, struct frame_state *state)
{
    struct slot *slot;
    enum error error = window_find(&worker->window, address, &slot);

    if (error == ERROR_NOT_ALIGNED || error == ERROR_OUT_OF_BOUND)
        return error;
    state->region = window_region(&worker->window, address / FRAME_SIZE)->type;
    if (error == ERROR_NONE) {
        state->ref_count = atomic_load_relaxed(&slot->ref_count);
        state->kind_word = atomic_load_relaxed(&slot->kind_word);
        state->in_list = atomic_load_relaxed(&slot->in_list);
    } else {
        state->ref_count = 1;
        state->kind_word = kind_word(region_kind(state->region), 0, ACCOUNT_SYSTEM);
        state->in_list = 0;
    }
    return ERROR_NONE;
}
