#include "servers/frameserv/core/keep.h"

#include "servers/frameserv/core/lock.h"

void keep_roll_back(struct keep *keep)
{
    for (uint64_t k = 0; k < keep->workers; k++)
        undo_roll_back(&keep->logs[k]);
    for (uint64_t k = 0; k < keep->workers; k++)
        lock_release(&keep->caches[k].lock);
    for (uint32_t k = 0; k < ACCOUNTS; k++)
        lock_release(&keep->accounts[k].lock);
    lock_release(&keep->buddy.lock);
    lock_release(&keep->tree_lock);
    for (uint32_t k = 0; k < LIST_LOCKS; k++)
        lock_release(&keep->lists.locks[k]);
    lock_release(&keep->lists.dying_lock);
}
