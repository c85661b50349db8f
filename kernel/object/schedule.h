/* Which task runs: the ready one of highest priority; among equals, in turn, a time slice each.
 * Each CPU schedules its own tasks. */
#ifndef KERNEL_OBJECT_SCHEDULE_H
#define KERNEL_OBJECT_SCHEDULE_H

struct task;

/* Makes a task that waits or is stopped ready, behind those of its priority. */
void schedule_ready(struct task *task);

/* The same, before those of its priority: for one that was handed the CPU by an equal. */
void schedule_ready_next(struct task *task);

/* Takes a task out of the ready queue. */
void schedule_forget(struct task *task);

/* Chooses the task to run and loads its address space and FPU state, waiting for an interrupt as long as there
 * is none; it is this_cpu->current when this returns. A task that runs already goes on unless one of higher
 * priority is ready, or its slice is over and one of equal priority is. That a slice is over stays known until the
 * next switch: it may have ended while the frame server, above all, worked for the task. */
void schedule(void);

#endif
