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

#include <quire/slot.h>

/* The largest transaction takes one frame out of a 1 GiB block: 2 words to unlink the block, 5 for each of 18
 * halves put back, 3 for counters and kind word. One that takes 16 frames into a cache puts 4 halves less back
 * and writes 15 kind words more. */
#define UNDO_ENTRIES 111

struct undo_entry {
    atomic_word address; /* of the word; from UNDO_FURTHER on: how many further words, one in each of the next slots */
    atomic_word old;     /* the value of all of them before */
};

/* Addresses of tasks and host programs are below 2^47. */
#define UNDO_FURTHER (UINT64_C(1) << 48)

struct undo_log {
    atomic_word length; /* entries that hold; 0: no transaction is open */
    uint64_t commits;   /* transactions so far: who sums up over several requests sees that nothing changed meanwhile */
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

static inline void undo_note_value(struct transaction *transaction, uint64_t address, uint64_t old)
{
    struct undo_log *log = transaction->log;
    struct undo_entry *entry = &log->entries[transaction->length];

    atomic_store_release(&entry->address, address);
    atomic_store_release(&entry->old, old);
    transaction->length += 1;
    atomic_store_release(&log->length, transaction->length);
}

/* Notes a word's value, which a kill before the commit brings back: for a word that then changes otherwise. */
static inline void undo_note(struct transaction *transaction, atomic_word *word)
{
    undo_note_value(transaction, (uint64_t)(uintptr_t)word, atomic_load_relaxed(word));
}

/* Stores a value that a kill before the commit takes back. */
static inline void wr(struct transaction *transaction, atomic_word *word, uint64_t value)
{
    undo_note(transaction, word);
    atomic_store_release(word, value);
}

/* Stores a value in the kind words of `count` slots, 1 or more, which all read `old`: one entry for all. */
static inline void wr_kind_words(struct transaction *transaction, struct slot *first, uint64_t count, uint64_t old,
                                 uint64_t value)
{
    undo_note_value(transaction, (uint64_t)(uintptr_t)&first->kind_word + (count - 1) * UNDO_FURTHER, old);
    for (uint64_t k = 0; k < count; k++)
        atomic_store_release(&first[k].kind_word, value);
}

/* Makes all changes of the transaction final at once. */
static inline void transaction_commit(struct transaction *transaction)
{
    transaction->log->commits++; /* before: who finds the log empty sees that it was not */
    atomic_store_release(&transaction->log->length, 0);
    transaction->length = 0;
}

/* Takes back what an interrupted transaction changed, if there is one. Returns how many words. For recovery, and while no
 * worker runs. */
uint64_t undo_roll_back(struct undo_log *log);

#endif
