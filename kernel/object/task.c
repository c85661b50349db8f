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

/* Ends a caller's call that nobody will answer. What went along with it is gone, which INTERRUPTED tells. */
static void refuse_call(struct task *caller)
{
    uint32_t mode = rax_mode(caller->service.pending);
    bool left = mode == MODE_DROP || mode == MODE_MOVE || mode == MODE_ATTACH;

    for (uint32_t k = 0; left && caller->callee->server && k < caller->service.leaving_count; k++)
        handle_empty(handle_table_entry(caller, caller->service.leaving_first + k));
    caller->service.pending = 0;
    registers_clear(&caller->registers);
    caller->registers.rax = left ? ERROR_INTERRUPTED : ERROR_NO_SERVER;
    schedule_ready(caller);
}

/* Whether another handle lets a task receive at the endpoint of an entry: one that does not end. */
static bool other_receiver(const struct handle_entry *entry, const struct task *ending)
{
    for (const struct handle_entry *at = entry->next; at != entry; at = at->next)
        if ((at->rights & RIGHT_RECEIVE) && at->owner != ending && at->owner->state != TASK_STOPPED)
            return true;
    return false;
}

void task_leave_endpoint(const struct handle_entry *entry, const struct task *ending)
{
    struct endpoint_line *line = (struct endpoint_line *)(uintptr_t)entry->detail;

    if (line->receiver && line->receiver == ending)
        line->receiver = NULL;
    if (other_receiver(entry, ending))
        return;
    line->closed = 1;
    for (struct task *caller = endpoint_dequeue(line); caller; caller = endpoint_dequeue(line))
        refuse_call(caller);
}

static void leave_endpoints(struct task *task)
{
    for (uint32_t index = 1; index < task->handle_limit; index++) {
        const struct handle_entry *entry = handle_table_entry(task, index);
        if (entry->kind == KIND_ENDPOINT && (entry->rights & RIGHT_RECEIVE) && entry->state == HANDLE_HELD)
            task_leave_endpoint(entry, task);
    }
}

void task_stop(struct task *task, bool passed)
{
    if (task->state == TASK_READY)
        schedule_forget(task);
    if (task->state == TASK_CALLING)
        endpoint_forget(task->calls, task);
    if (task->caller && task->caller->callee == task && task->caller->state == TASK_AWAITING)
        refuse_call(task->caller);
    task->caller = NULL;
    leave_endpoints(task);
    task->state = TASK_STOPPED;
    if (this_cpu->fpu_owner == task->fpu_area)
        this_cpu->fpu_owner = NULL;
    if (this_cpu->current == task)
        this_cpu->current = NULL;
    if (task->may_end_machine)
        verdict_task_ended(passed);
}
