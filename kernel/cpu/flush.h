/* Translations that other CPUs may still remember of mappings that are gone, and how the kernel waits for other CPUs. */
#ifndef KERNEL_CPU_FLUSH_H
#define KERNEL_CPU_FLUSH_H

#include "kernel/cpu/cpu.h"

/* Does what other CPUs have asked this one for; takes no lock. The handler of VECTOR_FLUSH. */
void flush_serve(void);

/* What every loop does in which the kernel waits for another CPU: that one may wait for a flush of this one. No loop waits
 * with a lock held. */
void wait_turn(void);

/* The same, and tells a checked build what is waited for. */
static inline void wait_turn_for(const char *what, uint64_t which)
{
    RULE_HOLDS(WAIT_ENDLESS, rules_wait(what, which));
    (void)what;
    (void)which;
    wait_turn();
}

/* Has CPUs, a bit each, forget all translations of tasks, and waits until they have. What was stored before is seen by their
 * page walks from then on. */
void flush_others(uint64_t cpus_wanted);

#endif
