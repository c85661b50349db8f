/* The ledger: the kernel's own word for every frame, saying by whom it is held. Leaves of 512 words are
 * made on first use from the memory that kernel/memory/reserve.h sets aside, and published by
 * compare-and-swap; no access can fault. */
#ifndef KERNEL_MEMORY_LEDGER_H
#define KERNEL_MEMORY_LEDGER_H

#include "kernel/memory/ledger_word.h"
#include <quire/atomic.h>
#include <quire/error.h>
#include <stdint.h>

/* Sets the directory up: 8 bytes for every 2 MiB below the last frame, from the early allocator. NO_MEMORY. */
must_use enum error ledger_initialise(void);

/* The word of a frame, or NULL when the frame is past the end or in a hole where no ledger is kept
 * (nobody can hold it). */
atomic_word *ledger_find(uint64_t frame);

/* Locks a word and returns its value, lock bit included. Interrupts are off and no other word is locked
 * by this CPU. Acquire. */
uint64_t ledger_lock(atomic_word *word);

/* Stores a new value with the lock bit cleared. Release. */
void ledger_unlock(atomic_word *word, uint64_t value);

#endif
