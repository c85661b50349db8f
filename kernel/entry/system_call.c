/* Every system call that the short paths do not finish. */
#include "kernel/entry/calls.h"
#include "kernel/entry/proceed.h"
#include "kernel/ipc/call.h"
#include "kernel/object/schedule.h"
#include <string.h>

void system_call(struct task *task);

/* These two leave their result in the caller's registers, which nothing follows. */
enum error perform_call(struct task *caller)
{
    return call(caller);
}

enum error perform_reply_receive(struct task *caller)
{
    return reply_receive(caller);
}

enum error perform_yield(struct task *caller)
{
    (void)caller;
    this_cpu->reschedule = 1;
    return ERROR_NONE;
}

enum error perform_exit(struct task *caller)
{
    task_die(caller, &(struct task_ending){.end = TASK_END_EXITED, .code = caller->registers.rdi});
    return ERROR_NONE;
}

/* Called by ipc/fastpath.S on this CPU's stack with the task's registers saved; afterwards this_cpu->current
 * is the task to go on with. */
void system_call(struct task *task)
{
    static enum error (*const calls[SYSTEM_CALLS])(struct task *) = {
#define SYSTEM_CALL(number, NAME, name, in, out, rights, idempotent, errors, text) [number] = perform_##name,
#include <quire/system_calls.def>
#undef SYSTEM_CALL
    };
    uint32_t number = rax_number(task->registers.rax);

    task->state = TASK_RUNNING; /* which the short ways leave unsaid */
    memset(task->answer, 0, sizeof(task->answer));
    enum error error = number < SYSTEM_CALLS ? calls[number](task) : ERROR_BAD_SYSTEM_CALL;
    if (error || number > SYSTEM_CALL_REPLY_RECEIVE) {
        call_fail(task, error);
        task->registers.rsi = task->answer[0];
        memcpy(task->registers.words, &task->answer[1], sizeof(task->answer) - sizeof(task->answer[0]));
    }
    proceed();
}
