/* The turns of the rows, each of them whole: what it takes it gives back. Errors can't happen here, and end the bench. */
#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/frames.h"
#include "tests/bench/host/bench_host.h"
#include <quire/kinds.h>
#include <stdlib.h>

#define PAYER(worker) ((worker)->number + 1)

static void need(bool holds)
{
    if (__builtin_expect(!holds, 0))
        abort();
}

void bench_nothing(struct worker *worker, uint64_t frame)
{
    (void)worker;
    (void)frame;
}

void bench_slot_claim_drop(struct worker *worker, uint64_t frame)
{
    struct slot *slot = window_slot(&worker->window, frame);
    bool last;

    need(slot_begin(slot) == ERROR_NONE);
    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
        atomic_store_relaxed((atomic_word *)&slot->storage[k], 0);
    atomic_store_relaxed(&slot->kind_word, kind_word(KIND_UNTYPED, 0, PAYER(worker)));
    slot_publish_shared(slot);
    need(slot_remove(slot, &last) == ERROR_NONE && last);
    atomic_store_relaxed(&slot->kind_word, 0);
    slot_retire(slot);
}

void bench_bare_claim_drop(struct worker *worker, uint64_t frame)
{
    struct slot *slot = window_slot(&worker->window, frame);
    uint64_t found = REF_COUNT_UNUSED;

    atomic_swap_if_acquire(&slot->ref_count, &found, REF_COUNT_BUSY);
    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
        atomic_store_relaxed((atomic_word *)&slot->storage[k], 0);
    atomic_store_relaxed(&slot->kind_word, kind_word(KIND_UNTYPED, 0, PAYER(worker)));
    atomic_store_release(&slot->ref_count, 1);
    atomic_subtract_release(&slot->ref_count, 1);
    atomic_store_relaxed(&slot->kind_word, 0);
    atomic_store_release(&slot->ref_count, REF_COUNT_UNUSED);
}

/* The frame has a handle for as long as these rows run. */
void bench_slot_look_up_drop(struct worker *worker, uint64_t frame)
{
    struct slot *slot = window_slot(&worker->window, frame);
    uint64_t count;
    bool last;

    need(slot_add(slot, &count) == ERROR_NONE);
    need(kind_is_untyped(kind_word_kind(atomic_load_relaxed(&slot->kind_word))));
    need(slot_remove(slot, &last) == ERROR_NONE && !last);
}

void bench_bare_look_up_drop(struct worker *worker, uint64_t frame)
{
    struct slot *slot = window_slot(&worker->window, frame);
    uint64_t found = atomic_load_relaxed(&slot->ref_count);

    atomic_swap_if_acquire(&slot->ref_count, &found, found + 1);
    need(atomic_load_relaxed(&slot->kind_word) != 0);
    atomic_subtract_release(&slot->ref_count, 1);
}

void bench_slot_clone_drop(struct worker *worker, uint64_t frame)
{
    struct slot *slot = window_slot(&worker->window, frame);
    uint64_t count;
    bool last;

    need(slot_add(slot, &count) == ERROR_NONE);
    need(slot_remove(slot, &last) == ERROR_NONE && !last);
}

void bench_bare_clone_drop(struct worker *worker, uint64_t frame)
{
    struct slot *slot = window_slot(&worker->window, frame);
    uint64_t found = atomic_load_relaxed(&slot->ref_count);

    atomic_swap_if_acquire(&slot->ref_count, &found, found + 1);
    atomic_subtract_release(&slot->ref_count, 1);
}

void bench_cache_take_give(struct worker *worker, uint64_t frame)
{
    need(allocator_take(worker, PAYER(worker), &frame) == ERROR_NONE);
    allocator_give(worker, frame, PAYER(worker));
}

/* The locks, and the words that change, without noting what was in them; the cache has a frame. */
static void bare_change(struct worker *worker, uint64_t frame, uint64_t count, uint64_t mark, uint64_t used)
{
    struct account *account = &worker->keep->accounts[PAYER(worker)];
    struct cache *cache = worker->cache;
    uint64_t account_open = 0;
    uint64_t cache_open = 0;

    atomic_swap_if_acquire(&account->lock, &account_open, 1);
    atomic_swap_if_acquire(&cache->lock, &cache_open, 1);
    atomic_store_release(&cache->count, count);
    atomic_store_release(&window_slot(&worker->window, frame)->kind_word, mark);
    atomic_store_release(&account->used, used);
    atomic_store_release(&cache->lock, 0);
    atomic_store_release(&account->lock, 0);
}

void bench_bare_take_give(struct worker *worker, uint64_t frame)
{
    struct cache *cache = worker->cache;
    uint64_t count = cache->count;
    uint64_t mark;

    frame = cache->frames[count - 1];
    mark = window_slot(&worker->window, frame)->kind_word;
    bare_change(worker, frame, count - 1, kind_word(KIND_UNTYPED, 0, PAYER(worker)), 1);
    atomic_store_release(&cache->frames[count - 1], frame);
    bare_change(worker, frame, count, mark, 0);
}

void bench_frame_alloc_drop(struct worker *worker, uint64_t frame)
{
    need(frames_allocate(worker, PAYER(worker), &frame) == ERROR_NONE);
    need(frames_drop(worker, frame) == 1);
}

static void buddy_turn(struct worker *worker, uint32_t order)
{
    struct buddy *buddy = &worker->keep->buddy;
    struct block block;

    need(buddy_find(buddy, &worker->window, worker->log, order, false, &block));
    struct transaction transaction = transaction_begin(worker->log);
    buddy_take(buddy, &worker->window, &transaction, block, block.frame, order);
    transaction_commit(&transaction);
    transaction = transaction_begin(worker->log);
    buddy_give(buddy, &worker->window, &transaction, block.frame, order);
    transaction_commit(&transaction);
}

void bench_buddy_1(struct worker *worker, uint64_t frame)
{
    (void)frame;
    buddy_turn(worker, 0);
}

void bench_buddy_512(struct worker *worker, uint64_t frame)
{
    (void)frame;
    buddy_turn(worker, 9);
}
