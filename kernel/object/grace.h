/* When an object of the kernel may go: once every CPU that may have found it by a handle has left the kernel since. Until a
 * CPU goes back to a task, or is idle, it may use what it has found, whoever takes the handle away meanwhile. */
#ifndef KERNEL_OBJECT_GRACE_H
#define KERNEL_OBJECT_GRACE_H

#include "kernel/object/task.h"

/* Whether there is somebody to wait for. */
static inline bool grace_is_needed(void)
{
    return cpu_count > 1;
}

/* Has a task, which is in no queue, wait until all CPUs have left the kernel. It goes on where grace_next() finds it. */
void grace_ask(struct task *task);

extern atomic_word grace_newest; /* ticket. Read before this CPU's mail is taken */

/* This CPU is about to leave the kernel and uses nothing any more that it found, nor has it mail that was sent before that
 * ticket was given. */
void grace_pass(uint64_t ticket);

/* The next task of this CPU whose time has come, or NULL. Lets interrupts in. */
must_use struct task *grace_next(void);

#endif
