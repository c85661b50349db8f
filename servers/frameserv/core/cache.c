#include "servers/frameserv/core/cache.h"

#include "servers/frameserv/core/lock.h"

/* Frames move from the buddy in blocks of up to this order: so many kind words fit a transaction. */
#define MOVE_ORDER 4

/* Moves a piece of a free block into a cache, the lowest frame on top, so that a row of requests gets a row of
 * frames. */
static void move_in(struct worker *worker, struct cache *cache, struct block block)
{
    struct buddy *buddy = &worker->keep->buddy;
    struct transaction transaction = transaction_begin(worker->log);
    uint32_t order = block.order < MOVE_ORDER ? block.order : MOVE_ORDER;
    uint64_t count = cache->count;
    uint64_t size = UINT64_C(1) << order;
    uint64_t mark = cache_mark((uint32_t)(cache - worker->keep->caches));

    buddy_take(buddy, &worker->window, &transaction, block, block.frame, order);
    for (uint64_t k = 0; k < size; k++) {
        uint64_t frame = block.frame + size - 1 - k;
        atomic_store_release(&cache->frames[count + k], frame);
        wr(&transaction, &window_slot(&worker->window, frame)->kind_word, mark);
    }
    wr(&transaction, &cache->count, count + size);
    transaction_commit(&transaction);
}

/* Fills the worker's empty cache; its lock and the buddy's are held. */
static void refill(struct worker *worker)
{
    struct cache *cache = worker->cache;
    struct block block;

    while (cache->count < CACHE_BATCH &&
           buddy_find(&worker->keep->buddy, &worker->window, worker->log, 0, false, &block))
        move_in(worker, cache, block);
}

/* Moves the frames on top of a cache back to the buddy until `count` are left; its lock and the buddy's are held. */
static void spill(struct worker *worker, struct cache *cache, uint64_t count)
{
    while (cache->count > count) {
        struct transaction transaction = transaction_begin(worker->log);
        uint64_t frame = cache->frames[cache->count - 1];

        wr(&transaction, &cache->count, cache->count - 1);
        buddy_give(&worker->keep->buddy, &worker->window, &transaction, frame, 0);
        transaction_commit(&transaction);
    }
}

void cache_make_room(struct worker *worker)
{
    struct buddy *buddy = &worker->keep->buddy;

    lock_acquire(&buddy->lock, worker->number);
    spill(worker, worker->cache, CACHE_FRAMES - CACHE_BATCH);
    lock_release(&buddy->lock);
}

bool cache_provide(struct worker *worker)
{
    struct buddy *buddy = &worker->keep->buddy;
    struct cache *cache = worker->cache;

    if (cache->count > 0)
        return true;
    lock_acquire(&buddy->lock, worker->number);
    refill(worker);
    lock_release(&buddy->lock);
    if (cache->count > 0)
        return true;

    lock_release(&cache->lock); /* others' caches come before and after this one in the order of locks */
    caches_lock(worker);
    lock_acquire(&buddy->lock, worker->number);
    caches_drain(worker);
    refill(worker);
    lock_release(&buddy->lock);
    caches_unlock(worker, cache);
    return cache->count > 0;
}

bool cache_take_frame(struct cache *cache, struct transaction *transaction, uint64_t frame)
{
    uint64_t last = cache->count - 1;

    for (uint64_t k = 0; k < cache->count; k++) {
        if (cache->frames[k] == frame) {
            wr(transaction, &cache->frames[k], cache->frames[last]);
            wr(transaction, &cache->count, last);
            return true;
        }
    }
    return false;
}

void caches_lock(struct worker *worker)
{
    for (uint64_t k = 0; k < worker->keep->workers; k++)
        lock_acquire(&worker->keep->caches[k].lock, worker->number);
}

void caches_unlock(struct worker *worker, const struct cache *except)
{
    for (uint64_t k = 0; k < worker->keep->workers; k++) {
        if (&worker->keep->caches[k] != except)
            lock_release(&worker->keep->caches[k].lock);
    }
}

void caches_drain(struct worker *worker)
{
    for (uint64_t k = 0; k < worker->keep->workers; k++)
        spill(worker, &worker->keep->caches[k], 0);
}
