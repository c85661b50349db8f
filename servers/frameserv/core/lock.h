/* Lock words. 0: free; else number of the worker that holds it, + 1, so that a restart can tell whose it was.
 *
 * Order: the tree of accounts, then accounts by number, then caches by number, then the buddy. A list's lock, and then that of the dying lists, are
 * held with none of these: members are unlinked first, and dropped after. Nothing waits while it holds one
 * but for the next one, and a worker is not preempted, so waiting is short. */
#ifndef FRAMESERV_CORE_LOCK_H
#define FRAMESERV_CORE_LOCK_H

#include "servers/frameserv/core/lock_rules.h"
#include <quire/atomic.h>
#include <stdint.h>

/* Acquire: what the last holder wrote is seen. */
static inline void lock_acquire(atomic_word *lock, uint32_t worker)
{
    uint64_t found = 0;

    lock_rules_acquire(lock, worker);
    while (!atomic_swap_if_acquire(lock, &found, (uint64_t)worker + 1)) {
        atomic_pause();
        found = 0;
    }
}

/* Release: what the holder wrote comes before it. */
static inline void lock_release(atomic_word *lock)
{
    lock_rules_release(lock);
    atomic_store_release(lock, 0);
}

#endif
