/* The order of lock.h, asserted in a checked build (make CHECKED=1): a worker that breaks it ends the machine. In any other
 * build all of this is nothing. */
#ifndef FRAMESERV_CORE_LOCK_RULES_H
#define FRAMESERV_CORE_LOCK_RULES_H

#include <quire/atomic.h>
#include <stdint.h>

struct keep;

#ifdef CHECKED
/* Whose locks they are. Nobody holds one. */
void lock_rules_begin(const struct keep *keep);

/* Before a worker waits for a lock; when it gives one back, which its word tells; when it holds none, as it says. */
void lock_rules_acquire(const atomic_word *lock, uint32_t worker);
void lock_rules_release(const atomic_word *lock);
void lock_rules_none(uint32_t worker);
#else
static inline void lock_rules_begin(const struct keep *keep)
{
    (void)keep;
}

static inline void lock_rules_acquire(const atomic_word *lock, uint32_t worker)
{
    (void)lock;
    (void)worker;
}

static inline void lock_rules_release(const atomic_word *lock)
{
    (void)lock;
}

static inline void lock_rules_none(uint32_t worker)
{
    (void)worker;
}
#endif
#endif
