/* quire/atomic.h for the thread sanitizer, which knows no fences: the subtraction that goes before one acquires itself.
 * What that hides, the model (tests/model) looks for. */
#ifndef TESTS_THREADS_ATOMIC_H
#define TESTS_THREADS_ATOMIC_H

#undef QUIRE_ATOMIC_HEADER
#undef QUIRE_ATOMIC_H
#define atomic_subtract_release atomic_subtract_release_only
#define atomic_fence_acquire atomic_fence_unknown
#include <quire/atomic.h>
#undef atomic_subtract_release
#undef atomic_fence_acquire

static inline uint64_t atomic_subtract_release(atomic_word *word, uint64_t amount)
{
    return __atomic_fetch_sub(word, amount, __ATOMIC_ACQ_REL);
}

static inline void atomic_fence_acquire(void)
{
}

#endif
