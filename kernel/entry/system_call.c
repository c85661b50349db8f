/* Every system call that the short paths do not finish. */
#include "kernel/entry/handle_call.h"
#include "kernel/entry/power_call.h"
#include "kernel/entry/proceed.h"
#include "kernel/entry/task_call.h"
#include "kernel/ipc/call.h"
#include "kernel/ipc/strip.h"
#include "kernel/memory/release.h"
#include "kernel/memory/window.h"
#include "kernel/object/handle_table.h"
#include "kernel/object/mapping.h"
#include "kernel/object/schedule.h"
#include "kernel/object/task.h"
#include <string.h>

void system_call(struct task *task);

/* What a call answers besides its status: rsi, rdx, r8, r9. */
struct answer {
    uint64_t words[4];
};

static enum error inspect(const struct handle_entry *entry, struct answer *answer)
{
    answer->words[0] = entry->rights;
    answer->words[1] = entry->kind;
    answer->words[2] = mapping_exists(entry) ? entry->detail : 0;
    return ERROR_NONE;
}

static enum error perform_on_space(struct task *task, enum system_call number, struct answer *answer)
{
    const struct registers *in = &task->registers;
    struct task *subject;
    struct handle_entry *entry;
    uint32_t missing = 0;
    enum error error = task_subject(task, &subject);

    if (!error)
        error = handle_find(subject, in->rdi, &entry);
    if (error)
        return error;
    switch (number) {
    case SYSTEM_CALL_MAP:
        error = mapping_add(subject, entry, in->rsi, in->words[0], &missing);
        break;
    case SYSTEM_CALL_UNMAP:
        error = mapping_remove(entry);
        break;
    case SYSTEM_CALL_INSTALL:
        error = table_install(subject, entry, in->rsi, in->words[0], &missing);
        break;
    case SYSTEM_CALL_UNINSTALL:
        error = table_uninstall(subject, entry);
        break;
    default:
        return inspect(entry, answer);
    }
    answer->words[0] = missing;
    return error;
}

static enum error perform_on_handle(struct task *task, enum system_call number)
{
    struct handle_entry *entry;
    enum error error = handle_find(task, task->registers.rdi, &entry);

    if (error)
        return error;
    if (number == SYSTEM_CALL_NARROW)
        return handle_narrow(entry, task->registers.rsi);
    if (number == SYSTEM_CALL_BADGE)
        return handle_badge(entry, task->registers.rsi);
    return handle_notify(entry);
}

static enum error perform_for_server(struct task *task, enum system_call number, struct answer *answer)
{
    if (!task->server)
        return ERROR_NOT_PERMITTED;
    switch (number) {
    case SYSTEM_CALL_PATTERN:
        window_patterns_set((const struct slot *)(const void *)task->transfer);
        return ERROR_NONE;
    case SYSTEM_CALL_RELEASE:
        return memory_release(task->registers.rdi, task->registers.rsi);
    case SYSTEM_CALL_STRIP:
        return strip(task, &answer->words[0], &answer->words[1]);
    default:
        return power_holder(task, answer->words);
    }
}

/* All but messages. */
static enum error perform(struct task *task, enum system_call number, struct answer *answer)
{
    switch (number) {
    case SYSTEM_CALL_MAP:
    case SYSTEM_CALL_UNMAP:
    case SYSTEM_CALL_INSTALL:
    case SYSTEM_CALL_UNINSTALL:
    case SYSTEM_CALL_INSPECT:
        return perform_on_space(task, number, answer);
    case SYSTEM_CALL_YIELD:
        this_cpu->reschedule = 1;
        return ERROR_NONE;
    case SYSTEM_CALL_EXIT:
        task_die(task, &(struct task_ending){.end = TASK_END_EXITED, .code = task->registers.rdi});
        return ERROR_NONE;
    case SYSTEM_CALL_PRINT:
        return power_print(task);
    case SYSTEM_CALL_VERDICT:
        return power_verdict(task);
    case SYSTEM_CALL_NARROW:
    case SYSTEM_CALL_BADGE:
    case SYSTEM_CALL_NOTIFY:
        return perform_on_handle(task, number);
    case SYSTEM_CALL_CREATE:
        return task_create(task);
    case SYSTEM_CALL_GIVE:
        return task_give(task, &answer->words[0]);
    case SYSTEM_CALL_TAKE:
        return task_take(task, &answer->words[0]);
    case SYSTEM_CALL_START:
    case SYSTEM_CALL_STOP:
    case SYSTEM_CALL_KILL:
        return task_control(task, number);
    case SYSTEM_CALL_LOOK:
        return task_look(task, answer->words);
    case SYSTEM_CALL_PORT_READ:
        return power_port_read(task, &answer->words[0]);
    case SYSTEM_CALL_PORT_WRITE:
        return power_port_write(task);
    case SYSTEM_CALL_INTERRUPT:
        return power_interrupt(task);
    case SYSTEM_CALL_ACKNOWLEDGE:
        return power_acknowledge(task);
    case SYSTEM_CALL_PATTERN:
    case SYSTEM_CALL_RELEASE:
    case SYSTEM_CALL_STRIP:
    case SYSTEM_CALL_HOLDER:
        return perform_for_server(task, number, answer);
    case SYSTEM_CALL_CALL:
    case SYSTEM_CALL_REPLY_RECEIVE:
    case SYSTEM_CALLS:
        break;
    }
    return ERROR_BAD_SYSTEM_CALL;
}

/* Called by ipc/fastpath.S on this CPU's stack with the task's registers saved; afterwards this_cpu->current
 * is the task to go on with. */
void system_call(struct task *task)
{
    uint32_t number = rax_number(task->registers.rax);
    struct answer answer = {{0}};
    enum error error;

    task->state = TASK_RUNNING; /* which the short ways leave unsaid */
    if (number == SYSTEM_CALL_CALL || number == SYSTEM_CALL_REPLY_RECEIVE) {
        error = number == SYSTEM_CALL_CALL ? call(task) : reply_receive(task);
        if (error)
            call_fail(task, error);
    } else {
        error = perform(task, number, &answer);
        call_fail(task, error);
        task->registers.rsi = answer.words[0];
        memcpy(task->registers.words, &answer.words[1], sizeof(answer.words) - sizeof(answer.words[0]));
    }
    proceed();
}
