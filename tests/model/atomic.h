/* Stands in for quire/atomic.h in the model: every access goes to the checker with the function that makes it, so that
 * one ordering at a time can be weakened. */
#ifndef TESTS_MODEL_ATOMIC_H
#define TESTS_MODEL_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Names a word only: what it holds is in the checker. */
typedef uint64_t atomic_word;

enum model_order { MODEL_RELAXED, MODEL_ACQUIRE, MODEL_RELEASE, MODEL_ACQUIRE_RELEASE };

uint64_t model_load(const atomic_word *word, enum model_order order, const char *function);
void model_store(atomic_word *word, uint64_t value, enum model_order order, const char *function);
bool model_swap(atomic_word *word, uint64_t *expected, uint64_t desired, enum model_order order, const char *function);
uint64_t model_add(atomic_word *word, uint64_t amount, enum model_order order, const char *function);
void model_fence(enum model_order order, const char *function);
void model_pause(void);

#ifdef __cplusplus
}
#else

#define atomic_load_relaxed(word) model_load(word, MODEL_RELAXED, __func__)
#define atomic_load_acquire(word) model_load(word, MODEL_ACQUIRE, __func__)
#define atomic_store_relaxed(word, value) model_store(word, value, MODEL_RELAXED, __func__)
#define atomic_store_release(word, value) model_store(word, value, MODEL_RELEASE, __func__)
#define atomic_swap_if_acquire(word, expected, desired) model_swap(word, expected, desired, MODEL_ACQUIRE, __func__)
#define atomic_swap_if_release(word, expected, desired) model_swap(word, expected, desired, MODEL_RELEASE, __func__)
#define atomic_swap_if_acquire_release(word, expected, desired)                                                        \
    model_swap(word, expected, desired, MODEL_ACQUIRE_RELEASE, __func__)
#define atomic_add_relaxed(word, amount) model_add(word, amount, MODEL_RELAXED, __func__)
#define atomic_subtract_release(word, amount) model_add(word, -(uint64_t)(amount), MODEL_RELEASE, __func__)
#define atomic_fence_acquire() model_fence(MODEL_ACQUIRE, __func__)
#define atomic_pause() model_pause()

#endif
#endif
