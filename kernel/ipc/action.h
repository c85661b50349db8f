/* What a reply makes the kernel do, in the step that delivers it. The kernel believes the frame server nothing:
 * every action is checked against ledger, handles, and what the caller asked for. */
#ifndef KERNEL_IPC_ACTION_H
#define KERNEL_IPC_ACTION_H

#include "kernel/object/task.h"
#include <quire/error.h>
#include <stdint.h>

struct acted {
    uint32_t n;    /* handles that entered the caller's table */
    handle handle; /* the first of them, or 0 */
};

/* Performs the action in the replier's registers for the caller that awaits its reply.
 * NOT_WANTED: the caller accepts another action, or none. BAD_ACTION: no such action, or only the frame server may.
 * Each action's own errors are at its function. Nothing changes on an error. */
must_use enum error action_perform(struct task *replier, struct task *caller, struct acted *acted);

#endif
