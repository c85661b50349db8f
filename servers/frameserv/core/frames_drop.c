/* The end of frames: the last handle goes, the frame becomes unused, and only then the allocator's. */
#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/frames_parts.h"
#include "servers/frameserv/core/lists.h"
#include "servers/frameserv/core/note.h"
#include <quire/kinds.h>

/* In place of a kind word: the handle was the frame's last, but it is a list that still has members. */
#define PUT_OFF UINT64_C(1)

/* A handle table becomes plain memory first, which its payer's account counts no more. */
static void end_table(struct worker *worker, struct slot *slot, uint64_t word)
{
    struct account *account = account_of(worker, (uint32_t)kind_word_payer(word));

    lock_acquire(&account->lock, worker->number);
    struct transaction transaction = transaction_begin(worker->log);
    change_kind_word(worker, &transaction, slot, kind_word(KIND_UNTYPED, kind_word_flags(word), kind_word_payer(word)));
    transaction_commit(&transaction);
    lock_release(&account->lock);
}

/* What kinds do at their frames' end, outside of all locks, while the slot is busy. false: the end is put off. */
static __attribute__((noinline)) bool end_of_kind(struct worker *worker, uint64_t frame, uint64_t word)
{
    if (kind_word_kind(word) == KIND_LIST)
        return lists_end(worker, frame);
    if (is_table(word))
        end_table(worker, window_slot(&worker->window, frame), word);
    if (kind_reads(kind_word_kind(word)))
        frames_keep_record(worker, frame, (uint32_t)kind_word_payer(word));
    return true;
}

/* Tears a frame down whose last handle is gone, before anybody can get it anew. Returns its kind word, or PUT_OFF. */
static inline uint64_t finish(struct worker *worker, uint64_t frame)
{
    struct slot *slot = window_slot(&worker->window, frame);
    uint64_t word = atomic_load_relaxed(&slot->kind_word);

    if (kind_word_kind(word) != KIND_UNTYPED) {
        if (!end_of_kind(worker, frame, word))
            return PUT_OFF;
        word = atomic_load_relaxed(&slot->kind_word);
    }
    slot_retire(slot);
    return word;
}

/* Takes a handle away. Returns the frame's kind word if it is unused now, and not the allocator's yet; PUT_OFF; or 0. */
static inline uint64_t take_handle(struct worker *worker, uint64_t frame)
{
    bool last = false;

    if (slot_remove(window_slot(&worker->window, frame), &last) != ERROR_NONE || !last)
        return 0;
    return finish(worker, frame);
}

/* Gives a frame back that ended with this kind word. */
static void give(struct worker *worker, uint64_t frame, uint64_t word)
{
    if (kind_word_kind(word) == KIND_DEVICE)
        allocator_give_device(worker, frame, (uint32_t)kind_word_payer(word));
    else
        allocator_give(worker, frame, (uint32_t)kind_word_payer(word));
}

void frames_end(struct worker *worker, uint64_t frame)
{
    uint64_t word = finish(worker, frame);

    if (word > PUT_OFF)
        give(worker, frame, word);
}

/* The turn of a drop that put the end of lists off. */
static uint64_t reap_turn(struct worker *worker, bool of_call)
{
    return of_call ? lists_reap_turn(worker, &worker->note->turn) : lists_reap(worker, LIST_TURN);
}

/* The rest of the drop of a frame whose kind does something at its end. */
static __attribute__((noinline)) uint64_t drop_last(struct worker *worker, uint64_t frame, bool of_call)
{
    uint64_t word = finish(worker, frame);

    if (word == PUT_OFF)
        return reap_turn(worker, of_call);
    give(worker, frame, word);
    return 1;
}

/* of_call: it left its table with the call that is served. */
static inline __attribute__((always_inline)) uint64_t drop_handle(struct worker *worker, uint64_t frame, bool of_call)
{
    bool last = false;

    if (!of_call && frame >= worker->window.frame_count)
        return 0;
    struct slot *slot = window_slot(&worker->window, frame);
    if (!of_call)
        intent_set(worker, frame);
    if (slot_remove(slot, &last) != ERROR_NONE || !last)
        return 0;
    if (of_call)
        note_count(worker); /* a kill before this leaves it busy, and recovery counts it */
    uint64_t word = atomic_load_relaxed(&slot->kind_word);
    if (kind_word_kind(word) != KIND_UNTYPED)
        return drop_last(worker, frame, of_call);
    slot_retire(slot);
    allocator_give(worker, frame, (uint32_t)kind_word_payer(word));
    return 1;
}

uint64_t frames_drop(struct worker *worker, uint64_t frame)
{
    return drop_handle(worker, frame, false);
}

uint64_t frames_drop_of_call(struct worker *worker, uint64_t frame)
{
    return drop_handle(worker, frame, true);
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

/* Gives a frame back if the end of its last handle left this word. Returns how many: 0 or 1. *put_off becomes true if
 * its end was put off. */
static uint64_t give_ended(struct worker *worker, uint64_t frame, uint64_t word, bool *put_off)
{
    *put_off = *put_off || word == PUT_OFF;
    if (word <= PUT_OFF)
        return 0;
    give(worker, frame, word);
    return 1;
}

/* Takes a handle to one frame away, and gives it back if it ended. */
static uint64_t drop_one(struct worker *worker, uint64_t frame, bool *put_off)
{
    if (frame >= worker->window.frame_count)
        return 0;
    return give_ended(worker, frame, take_handle(worker, frame), put_off);
}

/* Takes a handle to each frame of a chunk away, and gives the frames back together if all of them ended and are
 * alike. Returns how many ended. */
static uint64_t drop_chunk(struct worker *worker, uint64_t first, uint32_t order, bool *put_off)
{
    uint64_t size = UINT64_C(1) << order;
    uint64_t alike = take_handle(worker, first);
    uint64_t word = alike;
    uint64_t unused = 0;
    uint64_t done = 1;

    while (done < size && (word = take_handle(worker, first + done)) == alike)
        done += 1;
    if (done == size && alike > PUT_OFF && kind_word_kind(alike) != KIND_DEVICE) {
        allocator_give_chunk(worker, first, order);
        return size;
    }
    for (uint64_t k = 0; k < done; k++)
        unused += give_ended(worker, first + k, alike, put_off);
    if (done < size)
        unused += give_ended(worker, first + done, word, put_off);
    for (uint64_t k = done + 1; k < size; k++)
        unused += drop_one(worker, first + k, put_off);
    return unused;
}

static uint64_t drop_run(struct worker *worker, uint64_t count, bool of_call)
{
    bool put_off = false;
    uint64_t unused = 0;
    uint64_t done = 0;

    while (done < count) {
        uint32_t order = chunk_order(worker, done, count);
        unused += order != 0 ? drop_chunk(worker, worker->transfer[done], order, &put_off)
                             : drop_one(worker, worker->transfer[done], &put_off);
        done += UINT64_C(1) << order;
    }
    if (put_off)
        unused += reap_turn(worker, of_call);
    return unused;
}

uint64_t frames_drop_run(struct worker *worker, uint64_t count)
{
    intent_set_run(worker, count);
    return drop_run(worker, count, false);
}

uint64_t frames_drop_run_of_call(struct worker *worker, uint64_t count)
{
    note_count(worker);
    return drop_run(worker, count, true);
}

/* Whether the frames of a chunk are plain memory with one payer, in no list, and all have slots. */
static bool chunk_is_alike(const struct worker *worker, uint64_t first, uint64_t size)
{
    const struct boot_region *region = window_region(&worker->window, first);
    const struct slot *slots = window_slot(&worker->window, first);
    uint64_t word = slots[0].kind_word;

    if (!region_has_slots(region->type) || (region->base + region->size) / FRAME_SIZE - first < size ||
        kind_word_kind(word) != KIND_UNTYPED || kind_word_payer(word) == ACCOUNT_NOBODY)
        return false;
    for (uint64_t k = 0; k < size; k++) {
        if (slots[k].kind_word != word || slots[k].in_list != 0)
            return false;
    }
    return true;
}

uint64_t frames_end_chunk(struct worker *worker, uint64_t done, uint64_t count)
{
    uint64_t first = worker->transfer[done];
    uint32_t order = first % (UINT64_C(1) << CHUNK_ORDER_MIN) == 0 ? chunk_order(worker, done, count) : 0;
    uint64_t size = UINT64_C(1) << order;
    struct ledger_count found;

    if (order == 0 || !chunk_is_alike(worker, first, size))
        return 0;
    for (uint64_t k = 0; k < size; k++) {
        if (worker->kernel->count(first + k, &found) != ERROR_NONE || found.handles + found.moving != 0)
            return 0;
    }
    for (uint64_t k = 0; k < size; k++)
        slot_retire(window_slot(&worker->window, first + k));
    allocator_give_chunk(worker, first, order);
    return size;
}
