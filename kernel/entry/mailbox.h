/* What other CPUs have sent this one. */
#ifndef KERNEL_ENTRY_MAILBOX_H
#define KERNEL_ENTRY_MAILBOX_H

#include "kernel/cpu/cpu.h"
#include "kernel/object/grace.h"

/* Whether there is anything, also of graces. */
static inline bool mailbox_is_due(void)
{
    uint64_t unseen = atomic_load_relaxed(&grace_newest) ^ atomic_load_relaxed(&this_cpu->grace_seen);

    /* one jump: this is on the way out of every system call */
    return (atomic_load_relaxed(&this_cpu->mail) | unseen | (uintptr_t)this_cpu->waiting_for_grace) != 0;
}

/* Does it all. Between other work of the kernel, never inside it: nothing that was found by a handle before is in use. */
void mailbox_open(void);

/* No task is ready: waits for an interrupt, unless there is mail. */
void mailbox_wait(void);

#endif
