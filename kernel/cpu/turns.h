/* For an emulator that runs all CPUs in one thread, by turns. QEMU with -icount goes on to the next CPU when one halts or
 * pauses, and begins with the first one again at each tick of anybody: one that never pauses keeps all others waiting for ever.
 * With the kernel option turns=SEED a CPU that enters the kernel pauses every other time, drawn from the seed, so that each
 * seed has the CPUs meet in other orders, the same way each time. */
#ifndef KERNEL_CPU_TURNS_H
#define KERNEL_CPU_TURNS_H

#include <quire/atomic.h>

extern atomic_word turns; /* the next number is drawn from it; 0: nobody pauses */

/* Reads the option. */
void turns_begin(const char *command_line);

/* This CPU's turn may end here. */
static inline void turns_end_one(void)
{
    uint64_t drawn = atomic_load_relaxed(&turns);

    if (!drawn)
        return;
    drawn ^= drawn << 13; /* xorshift64 (Marsaglia 2003): never 0 */
    drawn ^= drawn >> 7;
    drawn ^= drawn << 17;
    atomic_store_relaxed(&turns, drawn);
    if (drawn >> 63)
        atomic_pause();
}

#endif
