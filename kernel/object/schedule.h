/* Which task runs: the ready one of highest priority; among equals, in turn, a time slice each.
 * Each CPU schedules its own tasks. */
#ifndef KERNEL_OBJECT_SCHEDULE_H
#define KERNEL_OBJECT_SCHEDULE_H

#include "kernel/cpu/cpu.h"
#include "kernel/cpu/fpu.h"
#include "kernel/cpu/instructions.h"
#include "kernel/object/task.h"

/* Makes a task that waits ready, behind those of its priority; or stopped, if that is what is wanted of it. One that is lent
 * is sent home, where that happens; this CPU touches it no more. */
void schedule_ready(struct task *task);

/* The same for one of this CPU that comes home from another one: before all others of its priority, since its turn is not over. */
void schedule_again(struct task *task);

/* Takes a task out of the ready queue. */
void schedule_forget(struct task *task);

/* Makes a task that is in no queue the running one: its address space and FPU state are loaded. The one that ran
 * has been put elsewhere. */
static inline void schedule_switch(struct task *next)
{
    RULE_HOLDS(TASK_ELSEWHERE, rules_is_here(next) && next->cpu_number == this_cpu->number);
    RULE_HOLDS(LOCK_SWITCHES, rules_unlocked());
    next->state = TASK_RUNNING;
    this_cpu->current = next;
    control_3_write(next->root);
    selectors_clear();
    fpu_enter(next->fpu_area, next->fpu);
}

/* Chooses the task to run when the current one can not go on or should not: see schedule(). */
void schedule_choose(void);

/* Makes this_cpu->current the task to run; NULL if there is none. A task that runs already
 * goes on unless one of higher priority is ready, or its slice is over and one of equal priority is. That a slice is
 * over stays known until the next choice: it may have ended while the frame server worked for the task. */
static inline void schedule(void)
{
    const struct task *current = this_cpu->current;

    if (!current || current->state != TASK_RUNNING || (this_cpu->reschedule | (this_cpu->ready_mask & current->higher)))
        schedule_choose();
}

#endif
