#include "kernel/ipc/action.h"
#include "kernel/ipc/call.h"
#include "kernel/ipc/carry.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/schedule.h"
#include <stddef.h>

/* The reply's words, and the handle that its action made, go to the caller, and the caller goes on. */
static void answer(struct task *replier, struct task *caller, enum error status, const struct acted *acted)
{
    struct registers *to = &caller->registers;

    registers_clear(to);
    to->rax = rax_make(status, 0, 0, acted->n, 0);
    if (status == ERROR_NONE) {
        to->rsi = replier->registers.rsi;
        for (int k = 0; k < MESSAGE_WORDS; k++)
            to->words[k] = replier->registers.words[k];
        to->r13 = acted->handle;
    }
    caller->service = (struct service){0};
    replier->caller = NULL;
    replier->control->intent = 0;
    replier->control->intent_run = 0;
    if (this_cpu->reschedule)
        schedule_ready(caller);
    else
        schedule_ready_next(caller);
}

/* Everything that can fail comes first. */
static enum error reply(struct task *replier, struct task *caller)
{
    struct acted acted = {0};
    enum error status = carry_borrowed_check(caller);
    enum error error = ERROR_NONE;

    if (rax_action(replier->registers.rax) != ACTION_NONE)
        error = status ? status : action_perform(replier, caller, &acted);
    if (error)
        return error;
    carry_settle(caller, replier->registers.rsi != ERROR_NONE);
    answer(replier, caller, status, &acted);
    return ERROR_NONE;
}

static void receive(struct task *task, struct endpoint_line *line)
{
    struct task *caller;

    task->serves = line;
    line->closed = 0;
    while ((caller = endpoint_dequeue(line))) {
        enum error error = call_deliver(caller, task);
        if (!error)
            return;
        call_fail(caller, error);
        schedule_ready(caller);
    }
    line->receiver = task;
    task->state = TASK_RECEIVING;
}

enum error reply_receive(struct task *task)
{
    struct handle_entry *entry;
    enum error error = handle_find(task, task->registers.rdi, &entry);

    if (error)
        return error;
    if (entry->kind != KIND_ENDPOINT)
        return ERROR_WRONG_KIND;
    if (!(entry->rights & RIGHT_RECEIVE))
        return ERROR_MISSING_RIGHT;
    if (rax_mode(task->registers.rax) != MODE_NONE)
        return ERROR_BAD_MODE;
    struct endpoint_line *line = (struct endpoint_line *)(uintptr_t)entry->detail;
    if (line->receiver)
        return ERROR_OCCUPIED;
    if (task->caller)
        error = reply(task, task->caller);
    else if (rax_action(task->registers.rax) != ACTION_NONE)
        error = ERROR_NO_CALLER;
    if (error)
        return error;
    receive(task, line);
    return ERROR_NONE;
}
