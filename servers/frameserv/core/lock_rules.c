#ifdef CHECKED
#include "servers/frameserv/core/lock_rules.h"
#include "servers/frameserv/core/keep.h"
#include <quire/broken_rule.h>
#include <stdbool.h>

/* Places in the order; of locks of one kind by number. */
enum {
    RANK_NONE,
    RANK_TREE,
    RANK_ACCOUNTS,
    RANK_CACHES = RANK_ACCOUNTS + ACCOUNTS,
    RANK_BUDDY = RANK_CACHES + WORKERS_MAX,
    RANK_LIST, /* from here on: with none of the former */
    RANK_DYING
};

#define HELD_MAX (WORKERS_MAX + 4) /* all caches, the tree, two accounts, the buddy */

static const struct keep *guarded;
static struct held {
    uint32_t ranks[HELD_MAX]; /* rising */
    uint32_t count;
} all_held[WORKERS_MAX];

static void require(bool holds)
{
    if (!holds)
        __asm__ volatile("ud2" ::"a"((uint64_t)BROKEN_RULE));
}

static uint32_t rank_of(const atomic_word *lock)
{
    uintptr_t place = (uintptr_t)lock;

    if (lock == &guarded->tree_lock)
        return RANK_TREE;
    if (lock == &guarded->buddy.lock)
        return RANK_BUDDY;
    if (lock == &guarded->lists.dying_lock)
        return RANK_DYING;
    if (place >= (uintptr_t)guarded->lists.locks && place < (uintptr_t)(guarded->lists.locks + LIST_LOCKS))
        return RANK_LIST;
    if (place >= (uintptr_t)guarded->caches && place < (uintptr_t)(guarded->caches + WORKERS_MAX))
        return RANK_CACHES + (uint32_t)((place - (uintptr_t)guarded->caches) / sizeof(struct cache));
    if (place >= (uintptr_t)guarded->accounts && place < (uintptr_t)(guarded->accounts + ACCOUNTS))
        return RANK_ACCOUNTS + (uint32_t)((place - (uintptr_t)guarded->accounts) / sizeof(struct account));
    return RANK_NONE;
}

void lock_rules_begin(const struct keep *keep)
{
    guarded = keep;
}

void lock_rules_acquire(const atomic_word *lock, uint32_t worker)
{
    struct held *held = &all_held[worker];
    uint32_t rank = rank_of(lock);

    require(rank != RANK_NONE && held->count < HELD_MAX);
    if (held->count > 0) {
        uint32_t last = held->ranks[held->count - 1];
        require(last < rank && (last < RANK_LIST) == (rank < RANK_LIST));
    }
    held->ranks[held->count++] = rank;
}

void lock_rules_release(const atomic_word *lock)
{
    struct held *held = &all_held[atomic_load_relaxed(lock) - 1];
    uint32_t rank = rank_of(lock);
    uint32_t kept = 0;

    for (uint32_t k = 0; k < held->count; k++)
        if (held->ranks[k] != rank)
            held->ranks[kept++] = held->ranks[k];
    require(kept + 1 == held->count);
    held->count = kept;
}

void lock_rules_none(uint32_t worker)
{
    require(all_held[worker].count == 0);
}
#endif
