/* What a task that ended held goes back, as drops that the kernel sends in its name: in bounded steps, at its priority. */
#ifndef KERNEL_IPC_REAP_H
#define KERNEL_IPC_REAP_H

#include "kernel/ipc/carry.h"
#include "kernel/object/task.h"

/* One step of the dying task that runs: looks for what it still holds. True: there is something, and the message that drops
 * it is in the task's registers, to be sent to the frame server. Else, and when that can't be sent now, reap_pause. */
must_use bool reap_step(struct task *task);

/* Does what the step's message would have made the frame server do, as far as the kernel can, when there is none any more. */
void reap_for_nobody(struct task *task);

/* The task is ready for its next step, or DEAD after the last. */
void reap_pause(struct task *task);

/* At the delivery of such a drop: takes out what leaves with it, REAP_RUN handles at the most, and puts their number into
 * the message. AGAIN: what was to leave is gone meanwhile. */
must_use enum error reap_carry(struct task *task, struct task *worker, struct carried *carried);

/* At its reply: whether the task is over, DEAD now. If its own frame was the last that it gave back, it is free from here on. */
bool reap_is_over(struct task *task);

#endif
