/* quire/atomic.h's functions for one thread, which note what orders other accesses, and let a test act as another CPU
 * just before one. For a program that includes the sources under test after this header. */
#ifndef TESTS_HOST_RECORDED_ATOMIC_H
#define TESTS_HOST_RECORDED_ATOMIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t atomic_word;

enum ordered { ORDERED_NOTHING, SWAP_ACQUIRE, SUBTRACT_RELEASE, STORE_RELEASE, FENCE_ACQUIRE, ORDERED_CALL };

#define RECORDS_MAX 64

struct record {
    enum ordered what;
    const void *word; /* NULL: of no one word */
};

static struct record records[RECORDS_MAX];
static size_t record_count;
static void (*other_cpu)(enum ordered what, const atomic_word *word); /* runs before the access */

static inline void record(enum ordered what, const atomic_word *word)
{
    if (other_cpu != NULL) {
        other_cpu(what, word);
    }
    if (record_count < RECORDS_MAX) {
        records[record_count++] = (struct record){what, word};
    }
}

static inline uint64_t atomic_load_relaxed(const atomic_word *word)
{
    return *word;
}

static inline uint64_t atomic_load_acquire(const atomic_word *word)
{
    return *word;
}

static inline void atomic_store_relaxed(atomic_word *word, uint64_t value)
{
    *word = value;
}

static inline void atomic_store_release(atomic_word *word, uint64_t value)
{
    record(STORE_RELEASE, word);
    *word = value;
}

static inline bool atomic_swap_if_acquire(atomic_word *word, uint64_t *expected, uint64_t desired)
{
    record(SWAP_ACQUIRE, word);
    uint64_t found = *word;
    bool same = found == *expected;

    if (same) {
        *word = desired;
    }
    *expected = found;
    return same;
}

static inline uint64_t atomic_add_relaxed(atomic_word *word, uint64_t amount)
{
    uint64_t before = *word;

    *word = before + amount;
    return before;
}

static inline uint64_t atomic_subtract_release(atomic_word *word, uint64_t amount)
{
    record(SUBTRACT_RELEASE, word);
    uint64_t before = *word;

    *word = before - amount;
    return before;
}

static inline void atomic_fence_acquire(void)
{
    record(FENCE_ACQUIRE, NULL);
}

static inline void atomic_pause(void)
{
}

#endif
