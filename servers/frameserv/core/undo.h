/* Changes of several words that a kill between any two instructions leaves whole or not begun.
 *
 * Inside a transaction every word is changed by wr(), which notes the word's address and old value in the worker's
 * log first. Committing empties the log in one store. When the server was killed, undo_roll_back() puts the old values
 * back, the last change first; doing that twice is the same as doing it once. The locks that guard the words are taken
 * before and given back after, so nobody sees the middle.
 *
 * All stores here are releases: on this processor plain ones, which the compiler must leave in their order. */
#ifndef FRAMESERV_CORE_UNDO_H
#define FRAMESERV_CORE_UNDO_H

#include <quire/atomic.h>
#include <stdint.h>

/* The largest transaction takes one frame out of a 1 GiB block: 2 words to unlink the block, 5 for each of 18
 * halves put back, and 5 for counters, kind word, and a cache. A block of 16 frames takes 4 halves less and
 * 15 kind words more. */
#define UNDO_ENTRIES 111

struct undo_entry {
    atomic_word address; /* of the word */
    atomic_word old;     /* its value before */
};

struct undo_log {
    atomic_word length; /* entries that hold; 0: no transaction is open */
    struct undo_entry entries[UNDO_ENTRIES];
} __attribute__((aligned(64)));

/* An open transaction of a worker. */
struct transaction {
    struct undo_log *log;
    uint64_t length;
};

/* Opens a transaction; the log is empty. */
static inline struct transaction transaction_begin(struct undo_log *log)
{
    return (struct transaction){.log = log, .length = 0};
}

/* Notes a word's value, which a kill before the commit brings back: for a word that then changes otherwise. */
static inline void undo_note(struct transaction *transaction, atomic_word *word)
{
    struct undo_log *log = transaction->log;
    struct undo_entry *entry = &log->entries[transaction->length];

    atomic_store_release(&entry->address, (uint64_t)(uintptr_t)word);
    atomic_store_release(&entry->old, atomic_load_relaxed(word));
    transaction->length += 1;
    atomic_store_release(&log->length, transaction->length);
}

/* Stores a value that a kill before the commit takes back. */
static inline void wr(struct transaction *transaction, atomic_word *word, uint64_t value)
{
    undo_note(transaction, word);
    atomic_store_release(word, value);
}

/* Makes all changes of the transaction final at once. */
static inline void transaction_commit(struct transaction *transaction)
{
    atomic_store_release(&transaction->log->length, 0);
    transaction->length = 0;
}

/* Takes back what an interrupted transaction changed, if there is one. For recovery, and while no worker runs. */
void undo_roll_back(struct undo_log *log);

#endif
