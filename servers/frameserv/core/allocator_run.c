/* Many frames at a time, through the transfer page. */
#include "servers/frameserv/core/allocator_parts.h"

/* Single frames that one transaction takes out of a cache. */
#define CACHED_MAX 16

/* Takes a block of 2^order frames out of a free block, into the transfer page. Intents are set inside the transaction:
 * a kill before its end leaves frames that are named there free, and recovery finds nothing to do for them. */
static void take_block(struct worker *worker, uint32_t payer, uint64_t done, struct block block, uint64_t first,
                       uint32_t order)
{
    struct transaction transaction = transaction_begin(worker->log);
    uint64_t size = UINT64_C(1) << order;
    uint64_t word = kind_word(KIND_UNTYPED, 0, payer);

    for (uint64_t k = 0; k < size; k++)
        atomic_store_release(&worker->transfer[done + k], first + k);
    buddy_take(&worker->keep->buddy, &worker->window, &transaction, block, first, order);
    wr(&transaction, kind_word_of(worker, first), word);
    if (size > 1)
        wr_kind_words(&transaction, window_slot(&worker->window, first + 1), size - 1, 0, word);
    charge(&transaction, account_of(worker, payer), size);
    intent_set_run(worker, done + size);
    transaction_commit(&transaction);
}

/* Takes the largest chunk from the buddy that is no more than what is wanted. Returns how many frames; 0: it has
 * none of these sizes. The account is locked. */
static uint64_t take_chunk(struct worker *worker, uint32_t payer, uint64_t done, uint64_t wanted)
{
    struct buddy *buddy = &worker->keep->buddy;
    uint64_t taken = 0;
    struct block block;

    lock_acquire(&buddy->lock, worker->number);
    for (uint32_t order = CHUNK_ORDER_MAX; order >= CHUNK_ORDER_MIN && taken == 0; order--) {
        uint64_t size = UINT64_C(1) << order;
        if (size <= wanted && buddy_find(buddy, &worker->window, worker->log, order, &block)) {
            take_block(worker, payer, done, block, block.frame, order);
            taken = size;
        }
    }
    lock_release(&buddy->lock);
    return taken;
}

/* Takes frames from the top of the worker's cache. Returns how many; 0: no frame is free. The account is locked. */
static uint64_t take_cached(struct worker *worker, uint32_t payer, uint64_t done, uint64_t wanted)
{
    struct cache *cache = worker->cache;
    uint64_t word = kind_word(KIND_UNTYPED, 0, payer);
    uint64_t count = 0;

    lock_acquire(&cache->lock, worker->number);
    if (cache_provide(worker)) {
        uint64_t top = cache->count;
        count = wanted < CACHED_MAX ? wanted : CACHED_MAX;
        count = count < top ? count : top;
        struct transaction transaction = transaction_begin(worker->log);
        for (uint64_t k = 0; k < count; k++) {
            uint64_t frame = cache->frames[top - 1 - k];
            atomic_store_release(&worker->transfer[done + k], frame);
            wr(&transaction, kind_word_of(worker, frame), word);
        }
        wr(&transaction, &cache->count, top - count);
        charge(&transaction, account_of(worker, payer), count);
        intent_set_run(worker, done + count);
        transaction_commit(&transaction);
    }
    lock_release(&cache->lock);
    return count;
}

enum error allocator_take_some(struct worker *worker, uint32_t payer, uint64_t done, uint64_t wanted, uint64_t *taken)
{
    struct account *account = account_of(worker, payer);
    enum error error = ERROR_OVER_LIMIT;

    lock_acquire(&account->lock, worker->number);
    if (affords(account, wanted)) {
        *taken = take_chunk(worker, payer, done, wanted);
        if (*taken == 0)
            *taken = take_cached(worker, payer, done, wanted);
        error = *taken > 0 ? ERROR_NONE : ERROR_NO_MEMORY;
    }
    lock_release(&account->lock);
    return error;
}

/* Finds a free block of at least `count` frames, draining the caches when there is none without them. The buddy is
 * locked before and after. */
static bool find_run(struct worker *worker, uint64_t count, struct block *block)
{
    struct buddy *buddy = &worker->keep->buddy;
    uint32_t order = 0;

    while (UINT64_C(1) << order < count)
        order += 1;
    if (buddy_find(buddy, &worker->window, worker->log, order, block))
        return true;
    lock_release(&buddy->lock);
    caches_lock(worker);
    lock_acquire(&buddy->lock, worker->number);
    caches_drain(worker);
    caches_unlock(worker, NULL);
    return buddy_find(buddy, &worker->window, worker->log, order, block);
}

/* Takes `count` frames from the start of a free block on, piece by piece. What follows a piece is a free block as
 * large as the lowest set bit of the number of frames before it. */
static void take_run(struct worker *worker, uint32_t payer, struct block block, uint64_t count)
{
    uint64_t first = block.frame;

    for (uint64_t done = 0; done < count;) {
        uint32_t order = block.order < CHUNK_ORDER_MAX ? block.order : CHUNK_ORDER_MAX;
        while (UINT64_C(1) << order > count - done)
            order -= 1;
        take_block(worker, payer, done, block, first + done, order);
        done += UINT64_C(1) << order;
        block = (struct block){.frame = first + done, .order = 0};
        while (done % (UINT64_C(2) << block.order) == 0)
            block.order += 1;
    }
}

enum error allocator_take_contiguous(struct worker *worker, uint32_t payer, uint64_t count)
{
    struct account *account = account_of(worker, payer);
    struct buddy *buddy = &worker->keep->buddy;
    enum error error = ERROR_NONE;
    struct block block;

    lock_acquire(&account->lock, worker->number);
    lock_acquire(&buddy->lock, worker->number);
    if (!affords(account, count))
        error = ERROR_OVER_LIMIT;
    else if (!find_run(worker, count, &block))
        error = ERROR_NO_MEMORY;
    else
        take_run(worker, payer, block, count);
    lock_release(&buddy->lock);
    lock_release(&account->lock);
    return error;
}

void allocator_give_chunk(struct worker *worker, uint64_t first, uint32_t order)
{
    uint64_t word = atomic_load_relaxed(kind_word_of(worker, first));
    struct account *account = account_of(worker, (uint32_t)kind_word_payer(word));
    struct buddy *buddy = &worker->keep->buddy;
    uint64_t size = UINT64_C(1) << order;

    lock_acquire(&account->lock, worker->number);
    lock_acquire(&buddy->lock, worker->number);
    struct transaction transaction = transaction_begin(worker->log);
    wr_kind_words(&transaction, window_slot(&worker->window, first + 1), size - 1, word, 0);
    buddy_give(buddy, &worker->window, &transaction, first, order);
    discharge(&transaction, account, size);
    transaction_commit(&transaction);
    lock_release(&buddy->lock);
    lock_release(&account->lock);
}
