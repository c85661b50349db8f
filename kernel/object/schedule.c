#include "kernel/object/schedule.h"
#include "kernel/object/task_queue.h"
#include <stddef.h>

/* Where it is made ready. */
static void send_home(struct task *task)
{
    task->callee = NULL;
    mail_send(task->cpu_number, &task->mail, MAIL_HOME);
}

void schedule_ready(struct task *task)
{
    RULE_HOLDS(TASK_ELSEWHERE, rules_is_here(task));
    if (task->cpu_number != this_cpu->number) {
        send_home(task);
        return;
    }
    if (task->halted == HALT_STOP) {
        task->state = TASK_STOPPED;
        return;
    }
    task->state = TASK_READY;
    circle_append(&this_cpu->ready[task->priority], task);
    this_cpu->ready_mask |= UINT32_C(1) << task->priority;
}

void schedule_again(struct task *task)
{
    schedule_ready(task);
    if (task->state == TASK_READY)
        this_cpu->ready[task->priority] = task; /* of a circle any is the first */
}

void schedule_forget(struct task *task)
{
    struct task **first = &this_cpu->ready[task->priority];

    RULE_HOLDS(TASK_ELSEWHERE, rules_is_here(task));
    circle_remove(first, task);
    if (!*first)
        this_cpu->ready_mask &= ~(UINT32_C(1) << task->priority);
}

static struct task *take_first(void)
{
    uint32_t priority = 31 - (uint32_t)__builtin_clz(this_cpu->ready_mask);
    struct task *task = this_cpu->ready[priority];

    schedule_forget(task);
    return task;
}

/* No task is ready: the CPU is in nobody's address space. */
static void leave_all(void)
{
    this_cpu->current = NULL;
    control_3_write(this_cpu->root);
}

void schedule_choose(void)
{
    struct task *current = this_cpu->current;

    if (current && current->state == TASK_RUNNING) {
        uint32_t better = current->higher;
        if (this_cpu->reschedule)
            better |= UINT32_C(1) << current->priority;
        if (!(this_cpu->ready_mask & better))
            return;
        schedule_ready(current);
    }
    if (!this_cpu->ready_mask) {
        leave_all();
        return;
    }
    struct task *next = take_first();
    this_cpu->reschedule = 0;
    if (next == this_cpu->current)
        next->state = TASK_RUNNING;
    else
        schedule_switch(next);
}
