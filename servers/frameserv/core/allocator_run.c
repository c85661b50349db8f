/* Many frames at a time, through the transfer page. */
#include "servers/frameserv/core/allocator_parts.h"
#include "servers/frameserv/core/note.h"

/* Single frames that one transaction takes out of a cache. */
#define CACHED_MAX 16

/* Takes a block of 2^order frames out of a free block, into the transfer page. Intents are set inside the transaction:
 * a kill before its end leaves frames that are named there free, and recovery finds nothing to do for them. */
static void take_block(struct worker *worker, uint32_t place, uint64_t done, struct block block, uint64_t first,
                       uint32_t order)
{
    struct transaction transaction = transaction_begin(worker->log);
    uint64_t size = UINT64_C(1) << order;
    uint64_t word = kind_word(KIND_UNTYPED, 0, place);
    atomic_word *transfer = &worker->transfer[done];

    for (uint64_t k = 0; k < size; k++)
        atomic_store_release(&transfer[k], first + k);
    buddy_take(&worker->keep->buddy, &worker->window, &transaction, block, first, order);
    wr(&transaction, kind_word_of(worker, first), word);
    if (size > 1)
        wr_kind_words(&transaction, window_slot(&worker->window, first + 1), size - 1, 0, word);
    charge(&transaction, account_of(worker, place), size);
    intent_set_run(worker, done + size);
    transaction_commit(&transaction);
}

/* Takes the largest chunk from the buddy that is no more than what is wanted. Returns how many frames; 0: it has
 * none of these sizes. The account is locked. */
static uint64_t take_chunk(struct worker *worker, uint32_t place, uint64_t done, uint64_t wanted)
{
    struct buddy *buddy = &worker->keep->buddy;
    uint64_t taken = 0;
    struct block block;

    lock_acquire(&buddy->lock, worker->number);
    for (uint32_t order = CHUNK_ORDER_MAX; order >= CHUNK_ORDER_MIN && taken == 0; order--) {
        uint64_t size = UINT64_C(1) << order;
        if (size <= wanted && buddy_find(buddy, &worker->window, worker->log, order, false, &block)) {
            take_block(worker, place, done, block, block.frame, order);
            taken = size;
        }
    }
    lock_release(&buddy->lock);
    return taken;
}

/* Takes frames from the top of the worker's cache. Returns how many; 0: no frame is free. The account is locked. */
static uint64_t take_cached(struct worker *worker, uint32_t place, uint64_t done, uint64_t wanted)
{
    struct cache *cache = worker->cache;
    uint64_t word = kind_word(KIND_UNTYPED, 0, place);
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
        charge(&transaction, account_of(worker, place), count);
        intent_set_run(worker, done + count);
        transaction_commit(&transaction);
    }
    lock_release(&cache->lock);
    return count;
}

enum error allocator_take_some(struct worker *worker, uint32_t payer, uint64_t done, uint64_t wanted, uint64_t *taken)
{
    uint32_t place = account_place(payer);
    struct account *account = account_of(worker, place);

    lock_acquire(&account->lock, worker->number);
    enum error error = pay_error(worker, account, payer, wanted);
    if (error == ERROR_NONE) {
        *taken = take_chunk(worker, place, done, wanted);
        if (*taken == 0)
            *taken = take_cached(worker, place, done, wanted);
        error = *taken > 0 ? ERROR_NONE : ERROR_NO_MEMORY;
    }
    lock_release(&account->lock);
    return error;
}

/* Takes free frames that follow one another, piece by piece. The buddy is locked. */
static void take_contiguous(struct worker *worker, uint32_t place, uint64_t first, uint64_t count)
{
    struct buddy *buddy = &worker->keep->buddy;
    struct block block;

    for (uint64_t done = 0;
         done < count && buddy_find_frame(buddy, &worker->window, worker->log, first + done, &block);) {
        uint64_t frame = first + done;
        uint32_t order = block.order < CHUNK_ORDER_MAX ? block.order : CHUNK_ORDER_MAX;
        while (frame % (UINT64_C(1) << order) != 0 || UINT64_C(1) << order > count - done)
            order -= 1;
        take_block(worker, place, done, block, frame, order);
        done += UINT64_C(1) << order;
    }
}

/* Takes as many free frames as there are, `count` at most, in the largest pieces. The buddy is locked. */
static void take_pieces(struct worker *worker, uint32_t place, bool low, uint64_t count)
{
    struct buddy *buddy = &worker->keep->buddy;
    uint32_t order = CHUNK_ORDER_MAX;
    uint64_t done = 0;
    struct block block;

    while (done < count) {
        uint64_t size = UINT64_C(1) << order;
        if (size <= count - done && buddy_find(buddy, &worker->window, worker->log, order, low, &block)) {
            take_block(worker, place, done, block, block.frame, order);
            done += size;
        } else if (order-- == 0) { /* there is no piece of this size, and will be none */
            return;
        }
    }
}

/* Takes frames out of the buddy alone, which is locked, or nothing. */
static bool take_as_wished(struct worker *worker, uint32_t place, uint64_t count, const struct run_wish *wish)
{
    struct buddy *buddy = &worker->keep->buddy;
    uint64_t first;

    if (buddy->free_frames[ZONE_LOW] + (wish->low ? 0 : buddy->free_frames[ZONE_HIGH]) < count)
        return false;
    if (!wish->contiguous && wish->align_order == 0) {
        take_pieces(worker, place, wish->low, count);
        return true;
    }
    if (!buddy_find_run(buddy, &worker->window, worker->log, count, wish, &first))
        return false;
    take_contiguous(worker, place, first, count);
    return true;
}

enum error allocator_take_run(struct worker *worker, uint32_t payer, uint64_t count, const struct run_wish *wish)
{
    uint32_t place = account_place(payer);
    struct account *account = account_of(worker, place);
    struct buddy *buddy = &worker->keep->buddy;

    lock_acquire(&account->lock, worker->number);
    enum error error = pay_error(worker, account, payer, count);
    if (error == ERROR_NONE) {
        lock_acquire(&buddy->lock, worker->number);
        bool taken = take_as_wished(worker, place, count, wish);
        if (!taken) {
            lock_release(&buddy->lock);
            caches_lock(worker);
            lock_acquire(&buddy->lock, worker->number);
            caches_drain(worker);
            caches_unlock(worker, NULL);
            taken = take_as_wished(worker, place, count, wish);
        }
        lock_release(&buddy->lock);
        error = taken ? ERROR_NONE : ERROR_NO_MEMORY;
    }
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
    if (size > 1)
        wr_kind_words(&transaction, window_slot(&worker->window, first + 1), size - 1, word, 0);
    buddy_give(buddy, &worker->window, &transaction, first, order);
    discharge(&transaction, account, size);
    note_unused(worker, &transaction, size);
    transaction_commit(&transaction);
    lock_release(&buddy->lock);
    lock_release(&account->lock);
}
