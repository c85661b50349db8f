/* Frames asked for by number. */
#include "servers/frameserv/core/allocator_parts.h"

/* Takes a frame out of the cache that its mark names. false: it left that cache meanwhile. */
static bool claim_cached(struct worker *worker, uint32_t place, uint64_t frame, uint64_t mark)
{
    struct cache *cache = &worker->keep->caches[kind_word_flags(mark) - FLAG_CACHED];
    struct transaction transaction = transaction_begin(worker->log);

    lock_acquire(&cache->lock, worker->number);
    bool claimed = cache_take_frame(cache, &transaction, frame);
    if (claimed) {
        wr(&transaction, kind_word_of(worker, frame), kind_word(KIND_UNTYPED, 0, place));
        charge(&transaction, account_of(worker, place), 1);
        transaction_commit(&transaction);
    }
    lock_release(&cache->lock);
    return claimed;
}

/* Takes a frame out of the free block that holds it. false: none does. */
static bool claim_from_buddy(struct worker *worker, uint32_t place, uint64_t frame)
{
    struct buddy *buddy = &worker->keep->buddy;
    struct block block;

    lock_acquire(&buddy->lock, worker->number);
    bool claimed = buddy_find_frame(buddy, &worker->window, worker->log, frame, &block);
    if (claimed) {
        struct transaction transaction = transaction_begin(worker->log);
        buddy_take(buddy, &worker->window, &transaction, block, frame, 0);
        wr(&transaction, kind_word_of(worker, frame), kind_word(KIND_UNTYPED, 0, place));
        charge(&transaction, account_of(worker, place), 1);
        transaction_commit(&transaction);
    }
    lock_release(&buddy->lock);
    return claimed;
}

/* The frame's kind word is only a hint where to look until the lock there is held. */
static bool claim(struct worker *worker, uint32_t place, uint64_t frame)
{
    uint64_t mark = atomic_load_relaxed(kind_word_of(worker, frame));

    if (kind_word_kind(mark) == KIND_DEVICE)
        return allocator_claim_device(worker, place, frame);
    return kind_word_flags(mark) / FLAG_CACHED == 1 ? claim_cached(worker, place, frame, mark)
                                                    : claim_from_buddy(worker, place, frame);
}

/* A frame on its way is in neither place: it was charged already, or is charged still. */
enum error allocator_claim(struct worker *worker, uint32_t payer, uint64_t frame)
{
    uint32_t place = account_place(payer);
    struct account *account = account_of(worker, place);

    lock_acquire(&account->lock, worker->number);
    enum error error = pay_error(worker, account, payer, 1);
    if (error == ERROR_NONE && !claim(worker, place, frame))
        error = ERROR_BUSY;
    lock_release(&account->lock);
    return error;
}
