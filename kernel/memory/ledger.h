/* The ledger: the kernel's own word for every frame, saying by whom it is held. Leaves of 512 words are
 * made on first use from the memory that kernel/memory/reserve.h sets aside, and published by
 * compare-and-swap; no access can fault. */
#ifndef KERNEL_MEMORY_LEDGER_H
#define KERNEL_MEMORY_LEDGER_H

#include "kernel/cpu/cpu.h"
#include "kernel/memory/ledger_word.h"
#include "kernel/memory/physical.h"
#include <quire/atomic.h>
#include <quire/error.h>
#include <stddef.h>
#include <stdint.h>

/* Sets the directory up: 8 bytes for every 2 MiB below the last frame, from the early allocator. */
void ledger_initialise(void);

#define LEDGER_WORDS_PER_LEAF 512
#define LEDGER_LEAF_BUSY UINT64_C(1) /* in the directory: one CPU makes the leaf */

/* Addresses of leaves, 0 for those that are not made; frames that it covers. Set once at boot. */
extern atomic_word *ledger_directory;
extern uint64_t ledger_frame_count;

/* Makes the leaf of a frame below ledger_frame_count; NULL where no ledger is kept. Only for ledger_find. */
atomic_word *ledger_leaf_make(uint64_t frame);

/* The word of a frame, or NULL when the frame is past the end or in a hole where no ledger is kept
 * (nobody can hold it). */
static inline atomic_word *ledger_find(uint64_t frame)
{
    if (frame >= ledger_frame_count)
        return NULL;
    uint64_t address = atomic_load_acquire(&ledger_directory[frame / LEDGER_WORDS_PER_LEAF]);
    atomic_word *leaf = address > LEDGER_LEAF_BUSY ? (atomic_word *)(uintptr_t)address : ledger_leaf_make(frame);
    return leaf ? &leaf[frame % LEDGER_WORDS_PER_LEAF] : NULL;
}

/* Of ledger_lock, when another CPU has the lock or changes the word. */
uint64_t ledger_lock_wait(atomic_word *word);

/* Locks a word and returns its value, lock bit included. Interrupts are off and no other word is locked
 * by this CPU. Acquire. */
static inline uint64_t ledger_lock(atomic_word *word)
{
    uint64_t value = atomic_load_relaxed(word);

    RULE_HOLDS(LOCK_SECOND, rules_unlocked());
    RULE_HOLDS(LOCK_INTERRUPTS, rules_closed());
    value &= ~LEDGER_LOCKED;
    if (__builtin_expect(!atomic_swap_if_acquire(word, &value, value | LEDGER_LOCKED), 0))
        return ledger_lock_wait(word);
    RULE_HOLDS(LOCK_SECOND, rules_lock(word));
    return value | LEDGER_LOCKED;
}

/* Stores a new value with the lock bit cleared. Release. */
static inline void ledger_unlock(atomic_word *word, uint64_t value)
{
    RULE_HOLDS(LOCK_NOT_HELD, rules_unlock(word));
    RULE_HOLDS(LOCK_INTERRUPTS, rules_closed());
    atomic_store_release(word, value & ~LEDGER_LOCKED);
}

#endif
