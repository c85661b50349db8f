#include "kernel/object/task.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/handle_ring.h"
#include "kernel/object/handle_table.h"
#include "kernel/object/schedule.h"
#include "kernel/verdict.h"
#include <stddef.h>
#include <string.h>

#define RFLAGS_START UINT64_C(0x202) /* interrupts on; bit 1 is always set */

void task_initialise(struct task *task, const char *name, uint32_t priority, bool fpu)
{
    strlcpy(task->name, name, sizeof(task->name));
    task->priority = priority;
    task->higher = priority == PRIORITIES - 1 ? 0 : UINT32_MAX << (priority + 1);
    task->fpu = fpu;
    task->control = &task->no_control;
    task->state = TASK_STOPPED;
    task->resume_by_interrupt_return = 1;
    task->registers.rflags = RFLAGS_START;
    task->cpu_number = this_cpu->number;
    fpu_area_initialise(task->fpu_area);
}

static void refuse_call(struct task *caller)
{
    uint32_t mode = rax_mode(caller->service.pending);

    bool left = mode == MODE_DROP || (mode == MODE_MOVE && caller->callee->server);
    for (uint32_t k = 0; left && k < caller->service.leaving_count; k++)
        handle_empty(handle_table_entry(caller, caller->service.leaving_first + k));
    caller->service.pending = 0;
    registers_clear(&caller->registers);
    caller->registers.rax = ERROR_NO_SERVER;
    schedule_ready(caller);
}

/* The task serves nobody any more: not the caller whose call it has, nor those who wait at its endpoint. */
static void close_endpoint(struct task *task)
{
    struct endpoint_line *line = task->serves;

    if (task->caller && task->caller->callee == task && task->caller->state == TASK_AWAITING)
        refuse_call(task->caller);
    task->caller = NULL;
    if (!line)
        return;
    line->closed = 1;
    if (line->receiver == task)
        line->receiver = NULL;
    for (struct task *caller = endpoint_dequeue(line); caller; caller = endpoint_dequeue(line))
        refuse_call(caller);
}

void task_stop(struct task *task, bool passed)
{
    if (task->state == TASK_READY)
        schedule_forget(task);
    if (task->state == TASK_CALLING)
        endpoint_forget(task->calls, task);
    close_endpoint(task);
    task->state = TASK_STOPPED;
    if (this_cpu->fpu_owner == task->fpu_area)
        this_cpu->fpu_owner = NULL;
    if (this_cpu->current == task)
        this_cpu->current = NULL;
    if (task->may_end_machine)
        verdict_task_ended(passed);
}
