/* One frame at a time. */
#include "servers/frameserv/core/allocator_parts.h"
#include "servers/frameserv/core/note.h"

enum error allocator_take(struct worker *worker, uint32_t payer, uint64_t *frame)
{
    struct account *account = payer_account(worker, payer);
    struct cache *cache = worker->cache;
    const uint32_t number = worker->number; /* in a register: it is not looked for again after each lock */

    lock_acquire(&account->lock, number);
    lock_acquire(&cache->lock, number);
    enum error error = pay_error(worker, account, payer, 1);
    if (error == ERROR_NONE && cache->count == 0 && !cache_provide(worker))
        error = ERROR_NO_MEMORY;
    if (error == ERROR_NONE) {
        uint64_t last = cache->count - 1;
        uint64_t taken = cache->frames[last];
        intent_set(worker, taken);
        struct transaction transaction = transaction_begin(worker->log);
        wr(&transaction, &cache->count, last);
        wr(&transaction, kind_word_of(worker, taken), kind_word(KIND_UNTYPED, 0, account_place(payer)));
        charge(&transaction, account, 1);
        transaction_commit(&transaction);
        *frame = taken;
    }
    lock_release(&cache->lock);
    lock_release(&account->lock);
    return error;
}

void allocator_give(struct worker *worker, uint64_t frame, uint32_t payer)
{
    struct account *account = account_of(worker, payer);
    struct cache *cache = worker->cache;
    const uint32_t number = worker->number;

    lock_acquire(&account->lock, number);
    lock_acquire(&cache->lock, number);
    if (cache->count == CACHE_FRAMES)
        cache_make_room(worker);
    uint64_t count = cache->count;
    struct transaction transaction = transaction_begin(worker->log);
    atomic_store_release(&cache->frames[count], frame);
    wr(&transaction, &cache->count, count + 1);
    wr(&transaction, kind_word_of(worker, frame), cache_mark(number));
    discharge(&transaction, account, 1);
    note_unused(worker, &transaction, 1);
    transaction_commit(&transaction);
    lock_release(&cache->lock);
    lock_release(&account->lock);
}

void allocator_disown(struct worker *worker, uint64_t frame, uint32_t payer)
{
    struct account *account = account_of(worker, payer);
    struct account *system = account_of(worker, ACCOUNT_SYSTEM);

    lock_acquire(&account->lock, worker->number);
    lock_acquire(&system->lock, worker->number);
    struct transaction transaction = transaction_begin(worker->log);
    wr(&transaction, kind_word_of(worker, frame), kind_word(KIND_UNUSABLE, 0, ACCOUNT_SYSTEM));
    discharge(&transaction, account, 1);
    charge(&transaction, system, 1);
    transaction_commit(&transaction);
    lock_release(&system->lock);
    lock_release(&account->lock);
}

void allocator_count(struct worker *worker, struct allocator_statistics *statistics)
{
    struct keep *keep = worker->keep;
    struct account *system = account_of(worker, ACCOUNT_SYSTEM);

    lock_acquire(&system->lock, worker->number);
    caches_lock(worker);
    lock_acquire(&keep->buddy.lock, worker->number);
    statistics->set_aside = system->used;
    statistics->usable = keep->memory_frames - system->used;
    statistics->free = buddy_free_frames(&keep->buddy);
    for (uint64_t k = 0; k < keep->workers; k++)
        statistics->free += keep->caches[k].count;
    statistics->in_use = statistics->usable - statistics->free;
    lock_release(&keep->buddy.lock);
    caches_unlock(worker, NULL);
    lock_release(&system->lock);
}
