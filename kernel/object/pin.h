/* Frames that a strip has taken out of use before other CPUs have forgotten their translations. Until they have, nobody takes
 * the last handle to such a frame away or makes something else of it. */
#ifndef KERNEL_OBJECT_PIN_H
#define KERNEL_OBJECT_PIN_H

#include <quire/atomic.h>
#include <stdbool.h>
#include <stdint.h>

extern atomic_word frames_pinned; /* how many there are */

/* Pins a frame for this CPU, which has pinned none. The lock of its word is held, and was since a mapping of it was cleared. */
void pin(uint64_t frame);

/* Ends that. */
void unpin(void);

/* Whether another CPU has pinned a frame; the lock is held. */
bool pin_is_elsewhere(uint64_t frame);

/* The same for whoever takes the last handle away, at the price of a load when nothing is pinned anywhere. */
static inline bool pin_hinders(uint64_t frame)
{
    return __builtin_expect(atomic_load_relaxed(&frames_pinned) != 0, 0) && pin_is_elsewhere(frame);
}

/* Waits until no other CPU has. No lock is held. */
void pin_wait(uint64_t frame);

#endif
