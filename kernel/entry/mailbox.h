/* What other CPUs have sent this one. */
#ifndef KERNEL_ENTRY_MAILBOX_H
#define KERNEL_ENTRY_MAILBOX_H

#include "kernel/cpu/cpu.h"
#include "kernel/object/grace.h"

/* Whether something has come that has not been opened. While it is, more may come whose interrupt is over by then. */
static inline bool mailbox_has_come(void)
{
    return (atomic_load_relaxed(&this_cpu->mail) |
            (atomic_load_relaxed(&grace_newest) ^ atomic_load_relaxed(&this_cpu->grace_seen))) != 0;
}

/* The same; or the time of a task may have come that waits for a grace. One jump: this is on the way out of every system call. */
static inline bool mailbox_is_due(void)
{
    return (atomic_load_relaxed(&this_cpu->mail) |
            (atomic_load_relaxed(&grace_newest) ^ atomic_load_relaxed(&this_cpu->grace_seen)) |
            (uintptr_t)this_cpu->waiting_for_grace) != 0;
}

/* Does it all. Between other work of the kernel, never inside it: nothing that was found by a handle before is in use. */
void mailbox_open(void);

/* No task is ready: waits for an interrupt, unless there is mail. */
void mailbox_wait(void);

#endif
