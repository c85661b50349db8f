/* All atomic accesses of kernel and frame server go through this header, so that a model checker
 * or a prover can put its own in place (define QUIRE_ATOMIC_HEADER). Orderings are C11's; the name says which. */
#ifndef QUIRE_ATOMIC_H
#define QUIRE_ATOMIC_H

#ifdef QUIRE_ATOMIC_HEADER
#include QUIRE_ATOMIC_HEADER
#else

#include <stdbool.h>
#include <stdint.h>

/* A 64-bit word that more than one CPU may access. */
typedef uint64_t atomic_word;

static inline uint64_t atomic_load_relaxed(const atomic_word *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline uint64_t atomic_load_acquire(const atomic_word *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline void atomic_store_relaxed(atomic_word *word, uint64_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

static inline void atomic_store_release(atomic_word *word, uint64_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

/* Compare-and-swap, acquire on success, relaxed on failure; *expected receives what was found. */
static inline bool atomic_swap_if_acquire(atomic_word *word, uint64_t *expected, uint64_t desired)
{
    return __atomic_compare_exchange_n(word, expected, desired, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* As above, but acquire and release on success. */
static inline bool atomic_swap_if_acquire_release(atomic_word *word, uint64_t *expected, uint64_t desired)
{
    return __atomic_compare_exchange_n(word, expected, desired, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* Each returns the value before the operation. */
static inline uint64_t atomic_add_relaxed(atomic_word *word, uint64_t amount)
{
    return __atomic_fetch_add(word, amount, __ATOMIC_RELAXED);
}

static inline uint64_t atomic_add_acquire_release(atomic_word *word, uint64_t amount)
{
    return __atomic_fetch_add(word, amount, __ATOMIC_ACQ_REL);
}

static inline uint64_t atomic_or_acquire_release(atomic_word *word, uint64_t bits)
{
    return __atomic_fetch_or(word, bits, __ATOMIC_ACQ_REL);
}

static inline uint64_t atomic_and_acquire_release(atomic_word *word, uint64_t bits)
{
    return __atomic_fetch_and(word, bits, __ATOMIC_ACQ_REL);
}

static inline uint64_t atomic_exchange_acquire_release(atomic_word *word, uint64_t value)
{
    return __atomic_exchange_n(word, value, __ATOMIC_ACQ_REL);
}

static inline uint64_t atomic_subtract_release(atomic_word *word, uint64_t amount)
{
    return __atomic_fetch_sub(word, amount, __ATOMIC_RELEASE);
}

/* The same of 32-bit words, and of pointers, of whatever type. */
static inline uint32_t atomic_load_relaxed_32(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline uint32_t atomic_load_acquire_32(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline void atomic_store_release_32(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

#define atomic_pointer_load_acquire(place) __atomic_load_n(place, __ATOMIC_ACQUIRE)
#define atomic_pointer_store_release(place, pointer) __atomic_store_n(place, pointer, __ATOMIC_RELEASE)
#define atomic_pointer_swap_if_acquire_release(place, expected, desired)                                               \
    __atomic_compare_exchange_n(place, expected, desired, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)

/* Stores before it are seen before loads after it are made. */
static inline void atomic_fence_all(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline void atomic_fence_acquire(void)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
}

/* A hint to the processor inside a retry loop. */
static inline void atomic_pause(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

#endif
#endif
