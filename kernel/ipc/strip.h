/* What the frame server asks of the kernel in the middle of a service. */
#ifndef KERNEL_IPC_STRIP_H
#define KERNEL_IPC_STRIP_H

#include "kernel/object/task.h"
#include <quire/error.h>

#define STRIP_RUN 32 /* handles that one system call takes away */

/* Takes up to STRIP_RUN of the other handles to the frame away that the worker's caller lent, wanting REVOKE; each is
 * unmapped, and whoever waits by it gets REVOKED. *taken: how many; *left: handles to the frame, the lent one included.
 * NO_CALLER, NOT_WANTED, REVOKED (the lent one is gone), MISSING_RIGHT (owner). */
must_use enum error strip(struct task *worker, struct answer *answer);

#endif
