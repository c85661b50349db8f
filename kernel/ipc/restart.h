/* The frame server dies and starts anew: all its workers stop, one of them recovers for all, and then the others join it. A
 * worker stays the same task: who has called it waits on, and its handles, intents, transfer page, window and kept memory
 * stay. Its writable memory becomes what it was at first.
 *
 * The first REPLY_RECEIVE of each worker after that gets the call that it had in service again, flagged as such.
 *
 * The worker that died leads, or that of the CPU on which it was ended from outside. Its CPU asks the others to stop theirs;
 * none of them waits for it: the last one that has done so tells the leader's. Whoever dies meanwhile has stopped, too. */
#ifndef KERNEL_IPC_RESTART_H
#define KERNEL_IPC_RESTART_H

#include "kernel/object/task.h"
#include <quire/abi.h>

/* Boot: the worker of CPU 0 begins; when it gets ready to receive, those of the others do. */
void restart_boot(struct task *worker);

/* Restarts the server for the sake of this CPU's worker, or gives it up: when a worker dies by itself for the second time
 * without having got ready to receive, and nobody who had has died in between; or when it ends itself before that. Then calls in
 * service get NO_SERVER, and what was moved with them back, and the workers end as every task does, for the reason given. One
 * that is ended from outside while a restart is under way gets that one. */
void restart(struct task *worker, enum restart reason, const struct task_ending *why);

/* The same with another of server_images, which has a root table. */
void restart_upgrade(struct task *worker, uint32_t image);

/* Has a task that runs wait until this CPU's worker has got ready again, or ended. */
void restart_wait(struct task *caller);

/* Sends MAIL_SERVER to a CPU, which may be this one: it looks what is due with its worker. */
void restart_poke(uint32_t cpu_number);

/* MAIL_SERVER: does with this CPU's worker what is due, whatever that is by now. */
void restart_look(struct task *worker);

/* For a worker that has no caller, or whose first REPLY_RECEIVE this is since a restart: whether its registers hold the call
 * that was in service, or a new start. If not, it has no call any more. */
must_use bool restart_resume(struct task *worker);

/* At each interrupt of the timer: how long the worker that runs has been at the same thing. */
void restart_watch(struct task *worker);

/* True once that is too long. */
must_use bool restart_is_due(const struct task *worker);

#endif
