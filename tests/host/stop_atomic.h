/* quire/atomic.h for host tests: before each store and each read-modify-write a test may stop the code, as a kill would. The
 * frame server changes words that outlive it by these alone, so between two of them there is nothing to be seen. */
#ifndef TESTS_HOST_STOP_ATOMIC_H
#define TESTS_HOST_STOP_ATOMIC_H

#undef QUIRE_ATOMIC_HEADER
#undef QUIRE_ATOMIC_H
#define atomic_store_relaxed atomic_store_relaxed_on
#define atomic_store_release atomic_store_release_on
#define atomic_swap_if_acquire atomic_swap_if_acquire_on
#define atomic_add_relaxed atomic_add_relaxed_on
#define atomic_subtract_release atomic_subtract_release_on
#define atomic_pause atomic_pause_on
#include <quire/atomic.h>
#undef atomic_store_relaxed
#undef atomic_store_release
#undef atomic_swap_if_acquire
#undef atomic_add_relaxed
#undef atomic_subtract_release
#undef atomic_pause

/* So many points are passed before the code is stopped; 0: it never is. */
extern uint64_t stop_after;

/* Stops it: does not return, or later. */
void stop_here(void);

static inline void stop_point(void)
{
    if (stop_after != 0 && --stop_after == 0)
        stop_here();
}

static inline void atomic_store_relaxed(atomic_word *word, uint64_t value)
{
    stop_point();
    atomic_store_relaxed_on(word, value);
}

static inline void atomic_store_release(atomic_word *word, uint64_t value)
{
    stop_point();
    atomic_store_release_on(word, value);
}

static inline bool atomic_swap_if_acquire(atomic_word *word, uint64_t *expected, uint64_t desired)
{
    stop_point();
    return atomic_swap_if_acquire_on(word, expected, desired);
}

static inline uint64_t atomic_add_relaxed(atomic_word *word, uint64_t amount)
{
    stop_point();
    return atomic_add_relaxed_on(word, amount);
}

static inline uint64_t atomic_subtract_release(atomic_word *word, uint64_t amount)
{
    stop_point();
    return atomic_subtract_release_on(word, amount);
}

/* There is but one thread: what it waits for does not come. */
extern bool stop_alone;
void stop_waiting(void) __attribute__((noreturn));

static inline void atomic_pause(void)
{
    if (stop_alone)
        stop_waiting();
    atomic_pause_on();
}

#endif
