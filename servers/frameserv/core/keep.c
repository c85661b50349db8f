#include "servers/frameserv/core/keep.h"

#include "servers/frameserv/core/recover.h"

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Opens a lock. Returns whether somebody held it. */
static uint64_t open(atomic_word *lock)
{
    if (atomic_load_relaxed(lock) == 0)
        return 0;
    atomic_store_release(lock, 0); /* its holder is no more */
    return 1;
}

/* Those that nobody ever took are passed over. */
static uint64_t open_all(struct keep *keep)
{
    uint64_t workers = least(keep->workers, WORKERS_MAX);
    uint64_t accounts_end = least(keep->accounts_end, ACCOUNT_SYSTEM);
    uint64_t lists_end = least(keep->lists.last_id + 1, LIST_LOCKS);
    uint64_t found = open(&keep->tree_lock) << FOUND_LOCKS | open(&keep->buddy.lock) << (FOUND_LOCKS + 1) |
                     open(&keep->lists.dying_lock) << (FOUND_LOCKS + 2);
    uint64_t accounts = open(&keep->accounts[ACCOUNT_SYSTEM].lock);
    uint64_t caches = 0;

    for (uint64_t k = 0; k < lists_end; k++)
        found |= open(&keep->lists.locks[k]) << (FOUND_LOCKS + 3);
    for (uint64_t k = 1; k < accounts_end; k++)
        accounts += open(&keep->accounts[k].lock);
    for (uint64_t k = 0; k < workers; k++)
        caches += open(&keep->caches[k].lock);
    return found | least(accounts, 15) << FOUND_LOCKED_ACCOUNTS | caches << FOUND_LOCKED_CACHES;
}

void keep_roll_back(struct keep *keep)
{
    uint64_t workers = least(keep->workers, WORKERS_MAX);
    uint64_t undone = 0;
    uint64_t entries = 0;

    for (uint64_t k = 0; k < workers; k++) {
        if (atomic_load_relaxed(&keep->logs[k].length) != 0) {
            entries += keep->logs[k].length;
            undone += undo_roll_back(&keep->logs[k]);
        }
    }
    atomic_store_release(&keep->recovery.undone, undone);
    atomic_store_release(&keep->recovery.found, least(entries, 255) << FOUND_LOG_LENGTH | open_all(keep));
}
