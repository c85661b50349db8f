#include "servers/frameserv/core/frames.h"

#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/lists.h"
#include "servers/frameserv/core/shortage.h"
#include <quire/kinds.h>

/* Gives a frame that the allocator handed out its first handle. An error: the slot says that the frame is in use. */
static inline enum error build(struct slot *slot, bool unique)
{
    enum error error = slot_begin(slot);

    if (error != ERROR_NONE)
        return error;
    _Static_assert(SLOT_STORAGE_WORDS == 5, "all of them"); /* a loop would take four times as long */
    atomic_store_relaxed(&slot->storage[0], 0);             /* the allocator's links */
    atomic_store_relaxed(&slot->storage[1], 0);
    atomic_store_relaxed(&slot->storage[2], 0);
    atomic_store_relaxed(&slot->storage[3], 0);
    atomic_store_relaxed(&slot->storage[4], 0);
    if (unique)
        slot_publish_unique(slot);
    else
        slot_publish_shared(slot);
    return ERROR_NONE;
}

/* The same for one frame, which nobody gets any more if it is in use. */
static enum error build_or_disown(struct worker *worker, uint64_t frame, uint32_t payer, bool unique)
{
    enum error error = build(window_slot(&worker->window, frame), unique);

    if (error != ERROR_NONE)
        allocator_disown(worker, frame, account_place(payer));
    return error;
}

static __attribute__((noinline)) enum error allocate_slowly(struct worker *worker, uint32_t payer, uint64_t *frame,
                                                            enum error error)
{
    bool tried = false;

    while (error != ERROR_NONE && shortage_eased(worker, &error, &tried))
        error = allocator_take(worker, payer, frame);
    return error == ERROR_NONE ? build_or_disown(worker, *frame, payer, false) : error;
}

enum error frames_allocate(struct worker *worker, uint32_t payer, uint64_t *frame)
{
    enum error error = allocator_take(worker, payer, frame);

    if (error != ERROR_NONE)
        return allocate_slowly(worker, payer, frame, error);
    return build_or_disown(worker, *frame, payer, false);
}

/* The same for frames `*built` to `end` of the transfer page; on an error the rest of them goes back, and *built is
 * where it stopped. */
static enum error build_run(struct worker *worker, uint32_t payer, uint64_t *built, uint64_t end, bool unique)
{
    struct slot *slots = worker->window.slots;
    const atomic_word *frames = worker->transfer;
    enum error error = ERROR_NONE;
    uint64_t k = *built;

    if (unique) {
        while (k < end && (error = build(&slots[frames[k]], true)) == ERROR_NONE)
            k += 1;
    } else {
        while (k < end && (error = build(&slots[frames[k]], false)) == ERROR_NONE)
            k += 1;
    }
    *built = k;
    if (error == ERROR_NONE)
        return ERROR_NONE;
    allocator_disown(worker, worker->transfer[k], account_place(payer));
    for (uint64_t rest = k + 1; rest < end; rest++)
        allocator_give(worker, worker->transfer[rest], account_place(payer));
    return error;
}

/* What free frames alone need not fulfil. How many dying members it takes cannot be told, so a call does its share, and the
 * caller asks again. */
static bool is_wish(const struct allocation *how)
{
    return how->wish.contiguous || how->wish.low || how->wish.align_order != 0;
}

/* Takes some or all of the frames that are still to come. */
static enum error take(struct worker *worker, uint32_t payer, uint64_t done, uint64_t wanted,
                       const struct allocation *how, uint64_t *taken)
{
    const struct run_wish *wish = &how->wish;

    if (!is_wish(how))
        return allocator_take_some(worker, payer, done, wanted, taken);
    *taken = wanted;
    return allocator_take_run(worker, payer, wanted, wish);
}

enum error frames_allocate_as(struct worker *worker, uint32_t payer, uint64_t count, const struct allocation *how)
{
    enum error error = ERROR_NONE;
    bool tried = false;
    uint64_t done = 0;
    uint64_t taken;

    while (done < count) {
        error = take(worker, payer, done, count - done, how, &taken);
        if (error == ERROR_NONE)
            error = build_run(worker, payer, &done, done + taken, how->unique);
        else if (!(error == ERROR_NO_MEMORY && is_wish(how) && tried) && shortage_eased(worker, &error, &tried))
            continue;
        else if (error == ERROR_NO_MEMORY && is_wish(how) && lists_are_dying(worker))
            error = ERROR_AGAIN;
        if (error != ERROR_NONE)
            break;
    }
    if (error != ERROR_NONE)
        frames_drop_run(worker, done);
    return error;
}

/* Why nobody can have the frame at an address now. */
static enum error claim_error(const struct worker *worker, uint64_t address)
{
    struct slot *slot;
    enum error error = window_find(&worker->window, address, &slot);

    if (error != ERROR_NONE)
        return error;
    if (kind_word_payer(atomic_load_relaxed(&slot->kind_word)) == ACCOUNT_SYSTEM)
        return ERROR_RESERVED;
    return slot_error_if_unused_needed(atomic_load_relaxed(&slot->ref_count));
}

static enum error claim(struct worker *worker, uint32_t payer, uint64_t frame, bool unique)
{
    enum error error = allocator_claim(worker, payer, frame);

    return error == ERROR_NONE ? build_or_disown(worker, frame, payer, unique) : error;
}

enum error frames_claim(struct worker *worker, uint32_t payer, uint64_t address, uint64_t *frame)
{
    enum error error = claim_error(worker, address);

    if (error != ERROR_NONE)
        return error;
    *frame = address / FRAME_SIZE;
    intent_set(worker, *frame);
    return claim(worker, payer, *frame, false);
}

enum error frames_claim_run(struct worker *worker, uint32_t payer, uint64_t address, uint64_t count, bool unique)
{
    enum error error = ERROR_NONE;
    uint64_t done;

    /* Memory ends before addresses do, so one that is out of bounds comes before any sum that wraps. */
    for (done = 0; done < count; done++) {
        error = claim_error(worker, address + done * FRAME_SIZE);
        if (error != ERROR_NONE)
            return frames_fail(worker, done, error);
    }
    for (done = 0; done < count; done++) {
        worker->transfer[done] = address / FRAME_SIZE + done;
        intent_set_run(worker, done + 1);
        error = claim(worker, payer, worker->transfer[done], unique);
        if (error != ERROR_NONE)
            break;
    }
    if (error == ERROR_NONE)
        return ERROR_NONE;
    frames_drop_run(worker, done);
    return frames_fail(worker, done, error);
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

enum error frames_clone_run(struct worker *worker, uint64_t count)
{
    enum error error = ERROR_NONE;
    uint64_t done = 0;
    uint64_t handles;

    intent_set_run(worker, count);
    while (done < count && (error = frames_clone(worker, worker->transfer[done], &handles)) == ERROR_NONE)
        done += 1;
    if (error == ERROR_NONE)
        return ERROR_NONE;
    frames_drop_run(worker, done);
    return frames_fail(worker, done, error);
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
