/* What a task that ended held goes back, as drops that the kernel sends in its name: in bounded steps, at its priority. */
#ifndef KERNEL_IPC_REAP_H
#define KERNEL_IPC_REAP_H

#include "kernel/ipc/carry.h"
#include "kernel/object/task.h"

/* One step of the dying task that runs: finds what it still holds and sends a drop of it, or does without finding anything yet. The
 * task waits afterwards, or is ready for the next step, or is DEAD. */
void reap_step(struct task *task);

/* At the delivery of such a drop: takes out what leaves with it, REAP_RUN handles at the most, and puts their number into
 * the message. AGAIN: what was to leave is gone meanwhile. */
must_use enum error reap_carry(struct task *task, struct task *worker, struct carried *carried);

/* At its reply: whether the task is over, DEAD now. If its own frame was the last that it gave back, it is free from here on. */
bool reap_is_over(struct task *task);

/* The last handle to a task that is not over is about to go, with the entry: it becomes the task's own, which ends. */
void reap_orphan(struct handle_entry *entry);

/* Whether the entry is the last handle to a task which has to be reaped before its frame can go. */
bool reap_is_due(const struct handle_entry *entry);

#endif
