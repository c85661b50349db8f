/* The frame server dies and starts anew. Its worker stays the same task: who has called it waits on, and its handles,
 * intents, transfer page, window and kept memory stay. Its writable memory becomes what it was at first.
 *
 * The first REPLY_RECEIVE after that gets the call that was in service again, flagged as such. */
#ifndef KERNEL_IPC_RESTART_H
#define KERNEL_IPC_RESTART_H

#include "kernel/object/task.h"
#include <quire/abi.h>

/* Restarts a worker, which is alive, or gives it up: when it dies for the second time in a row without having got ready to
 * receive, or ends itself before that. Then the call in service, if there is one, gets NO_SERVER, and what was moved with it
 * back, and the worker ends as every task does, for the reason given. */
void restart(struct task *worker, enum restart reason, const struct task_ending *why);

/* For a worker that has no caller, or whose first REPLY_RECEIVE this is since a restart: whether its registers hold the call
 * that was in service. If not, it has none any more. */
must_use bool restart_resume(struct task *worker);

/* At each interrupt of the timer: how long the worker that runs has been at the same thing. */
void restart_watch(struct task *worker);

/* True once that is too long. */
must_use bool restart_is_due(const struct task *worker);

#endif
