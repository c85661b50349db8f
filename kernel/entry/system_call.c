/* Every system call that the short paths do not finish. */
#include "kernel/entry/calls.h"
#include "kernel/entry/elsewhere.h"
#include "kernel/entry/proceed.h"
#include "kernel/entry/system_call.h"
#include "kernel/ipc/call.h"
#include "kernel/ipc/restart.h"
#include "kernel/object/schedule.h"
#include <stddef.h>

void system_call(struct task *task);

/* Messages are not told apart by the table. */
#define perform_call NULL
#define perform_reply_receive NULL

enum error perform_yield(struct task *caller)
{
    (void)caller;
    this_cpu->reschedule = 1;
    return ERROR_NONE;
}

enum error perform_exit(struct task *caller)
{
    const struct task_ending why = {.end = TASK_END_EXITED, .code = caller->registers.rdi};

    if (caller->server)
        restart(caller, RESTART_EXITED, &why);
    else
        task_die(caller, &why);
    return ERROR_NONE;
}

static inline __attribute__((always_inline)) void perform(struct task *task)
{
    static enum error (*const calls[SYSTEM_CALLS])(struct task *) = {
#define SYSTEM_CALL(number, NAME, name, in, out, rights, idempotent, errors, text) [number] = perform_##name,
#include <quire/system_calls.def>
#undef SYSTEM_CALL
    };
    uint32_t number = rax_number(task->registers.rax);

    RULE_HOLDS(TASK_ELSEWHERE, rules_is_here(task));
    task->answer = (struct answer){0};
    call_fail(task, number < SYSTEM_CALLS ? calls[number](task) : ERROR_BAD_SYSTEM_CALL);
    task->registers.rsi = task->answer.rsi;
    task->registers.words[WORD_RDX] = task->answer.rdx;
    task->registers.words[WORD_R8] = task->answer.r8;
    task->registers.words[WORD_R9] = task->answer.r9;
}

void system_call_perform(struct task *task)
{
    perform(task);
}

/* Called by ipc/fastpath.S on this CPU's stack with the task's registers saved; afterwards this_cpu->current
 * is the task to go on with. */
void system_call(struct task *task)
{
    uint32_t number = rax_number(task->registers.rax);
    enum error error;

    task->state = TASK_RUNNING; /* which the short ways leave unsaid */
    if (number <= SYSTEM_CALL_REPLY_RECEIVE) {
        error = number == SYSTEM_CALL_CALL ? call(task) : reply_receive(task);
        if (error)
            call_fail(task, error);
    } else if (cpu_count == 1 || !elsewhere_sent(task)) {
        perform(task);
    }
    proceed();
}
