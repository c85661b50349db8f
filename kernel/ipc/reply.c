#include "kernel/ipc/action.h"
#include "kernel/ipc/call.h"
#include "kernel/ipc/carry.h"
#include "kernel/ipc/reap.h"
#include "kernel/ipc/restart.h"
#include "kernel/ipc/sweep.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/handle_table.h"
#include "kernel/object/schedule.h"
#include <stddef.h>

/* The reply's words, and the handle that its action made, go to the caller's registers. */
static void answer(struct task *replier, struct task *caller, enum error status, const struct acted *acted)
{
    const struct registers *from = &replier->registers;
    struct registers *to = &caller->registers;

    if (status == ERROR_NONE) {
        to->rax = rax_make(ERROR_NONE, 0, 0, acted->n, 0);
        to->rdi = 0;
        to->rsi = from->rsi;
        for (int k = 0; k < MESSAGE_WORDS; k++)
            to->words[k] = from->words[k];
        to->r13 = acted->handle;
        to->r14 = 0;
    } else {
        call_fail(caller, status);
    }
    caller->service.pending = 0;
    replier->caller = NULL;
    replier->control->intent = 0;
    replier->control->intent_run = 0;
}

/* Answers the caller; it can go on, but is in no queue yet. Everything that can fail comes first. */
static enum error reply(struct task *replier, struct task *caller)
{
    RULE_HOLDS(TASK_ELSEWHERE, rules_is_here(caller));
    struct acted acted = {0};
    enum error status = carry_borrowed_check(caller);
    enum error error = ERROR_NONE;

    if (rax_action(replier->registers.rax) != ACTION_NONE)
        error = status ? status : action_perform(replier, caller, &acted);
    if (error)
        return error;
    if (caller->service.pending)
        carry_settle(caller, replier->registers.rsi != ERROR_NONE && rax_action(replier->registers.rax) == ACTION_NONE);
    answer(replier, caller, status, &acted);
    return ERROR_NONE;
}

/* Takes the first call that can be delivered. False when nobody is left. */
static bool take_call(struct task *task, struct endpoint_line *line)
{
    struct task *caller;

    while ((caller = endpoint_dequeue(line))) {
        enum error error = call_deliver(caller, task);
        if (!error) {
            endpoint_attend(line);
            return true;
        }
        call_refuse(caller, error);
        interrupt_window();
    }
    return false;
}

/* The task waits, and the CPU goes to the caller that it has answered, if there is one and nobody has a better claim. */
static void wait(struct task *task, struct endpoint_line *line, struct task *answered)
{
    RULE_HOLDS(LINE_ELSEWHERE, rules_line_is_own(line));
    line->receiver = task;
    task->calls = line;
    task->state = TASK_RECEIVING;
    if (answered && (answered->halted || answered->cpu_number != this_cpu->number || this_cpu->reschedule ||
                     (this_cpu->ready_mask & answered->higher)))
        schedule_ready(answered);
    else if (answered)
        schedule_switch(answered);
}

enum error reply_receive(struct task *task)
{
    struct handle_entry *entry;
    enum error error = handle_find_object(task, task->registers.rdi, KIND_ENDPOINT, RIGHT_RECEIVE, &entry);

    if (error)
        return error;
    if (rax_mode(task->registers.rax) != MODE_NONE)
        return ERROR_BAD_MODE;
    struct endpoint_line *line = (struct endpoint_line *)(uintptr_t)entry->detail;
    if (line->receiver)
        return ERROR_OCCUPIED;
    if (task->life.starting && restart_resume(task))
        return ERROR_NONE;
    struct task *caller = task->caller;
    if (caller)
        error = reply(task, caller);
    else if (rax_action(task->registers.rax) != ACTION_NONE)
        error = ERROR_NO_CALLER;
    if (error)
        return error;
    task->life.ticks = 0; /* not before: who asks for the same again and again, and is refused, hangs */
    if (caller)
        sweep_end(task);
    if (caller && reap_is_over(caller))
        caller = NULL;
    if (!line->attention) {
        wait(task, line, caller);
    } else if (endpoint_deliver_bits(line, task) || take_call(task, line)) {
        if (caller)
            schedule_ready(caller);
    } else {
        endpoint_attend(line); /* others were quicker, perhaps */
        wait(task, line, caller);
        endpoint_catch_up(line); /* calls were refused, and interrupts let in */
    }
    return ERROR_NONE;
}
