/* The functions of core/slot.h and core/lock.h, inline there, to be called from C++. */
#ifndef TESTS_MODEL_CALLS_H
#define TESTS_MODEL_CALLS_H

#include "tests/model/atomic.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The one slot, and one lock: addresses for the checker. */
extern atomic_word *const model_ref_count;
extern atomic_word *const model_lock;

extern const uint64_t model_unused;
extern const uint64_t model_unique;
extern const uint64_t model_busy;

/* Each calls the function of its name in slot.h and returns its error, 0 for none. */
int call_begin(void);
void call_publish_shared(void);
void call_publish_unique(void);
int call_add(uint64_t *count);
int call_remove(bool *last);
void call_retire(void);
int call_make_unique(void);
void call_lock_acquire(uint32_t worker);
void call_lock_release(void);

/* The name of an error. */
const char *call_error_name(int error);

#ifdef __cplusplus
}
#endif

#endif
