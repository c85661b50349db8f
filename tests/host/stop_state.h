/* The memory of a world that a restart keeps, saved and put back; and whether two such states are as good as one another. */
#ifndef TESTS_HOST_STOP_STATE_H
#define TESTS_HOST_STOP_STATE_H

#include "tests/host/stop_kernel.h"

struct stop_state {
    struct stop_ledger ledger;
    struct buddy buddy;
    struct account accounts[ACCOUNTS];
    atomic_word accounts_end;
    atomic_word tree_lock;
    struct cache caches[WORLD_WORKERS];
    struct undo_log log;
    struct reversal reversal;
    struct note note;
    struct list_keep lists;
    atomic_word records[STOP_ACCOUNTS][SLOT_STORAGE_WORDS];
    struct slot slots[STOP_FRAMES];
    struct worker_control control;
    atomic_word transfer[STOP_RUN];
    atomic_word view[SLOT_STORAGE_WORDS];
};

void stop_save(struct stop_state *state, const struct world *world);
void stop_restore(const struct stop_state *state, struct world *world);

/* Fails the test unless the world, after a call that was stopped, is as after the same call that was not. Free frames may be
 * others, and so may those that were granted, if any would have done: *renames. Numbers that are used once only (of lists, and
 * of an account that was opened) may be later ones. */
void stop_compare(const struct stop_state *whole, struct world *world, bool renames);

/* Fails the test unless all of it fits together, and agrees with the ledger. Returns how many frames are free. */
uint64_t stop_check(struct world *world);

#endif
