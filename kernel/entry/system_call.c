/* Every system call that the short paths do not finish. */
#include "kernel/cpu/uart.h"
#include "kernel/ipc/call.h"
#include "kernel/memory/release.h"
#include "kernel/memory/window.h"
#include "kernel/object/mapping.h"
#include "kernel/object/handle_table.h"
#include "kernel/object/schedule.h"
#include "kernel/object/task.h"
#include "kernel/print.h"
#include "kernel/verdict.h"

void system_call(struct task *task);

/* What a call answers besides its status. */
struct answer {
    uint32_t rsi;
    uint32_t rdx;
    uint64_t r8;
};

static enum error inspect(const struct handle_entry *entry, struct answer *answer)
{
    answer->rsi = entry->rights;
    answer->rdx = entry->kind;
    answer->r8 = mapping_exists(entry) ? entry->detail : 0;
    return ERROR_NONE;
}

static void line_show(struct task *task)
{
    uart_write(task->line_text, task->line_length);
    task->line_length = 0;
}

/* A line goes out whole, so that those of several tasks do not mix. */
static enum error print(struct task *task)
{
    uint32_t n = rax_n(task->registers.rax);
    const char *text = (const char *)task->registers.words;

    if (n == 0 || n > sizeof(task->registers.words))
        return ERROR_BAD_COUNT;
    for (uint32_t k = 0; k < n; k++) {
        task->line_text[task->line_length++] = text[k];
        if (text[k] == '\n' || task->line_length == sizeof(task->line_text))
            line_show(task);
    }
    return ERROR_NONE;
}

static enum error leave(struct task *task, uint64_t code)
{
    if (task->line_length) {
        line_show(task);
        uart_write("\n", 1);
    }
    print_line(code ? PRINT_INFORMATION : PRINT_DEBUG, "%s ended with %lu", task->name, code);
    task_stop(task, code == 0);
    return ERROR_NONE;
}

/* All but messages. */
static enum error perform(struct task *task, enum system_call number, struct answer *answer)
{
    const struct registers *in = &task->registers;
    struct handle_entry *entry = NULL;
    enum error error = handle_find(task, in->rdi, &entry); /* matters to the five that name a handle */

    switch (number) {
    case SYSTEM_CALL_MAP:
        return error ? error : mapping_add(task, entry, in->rsi, in->words[0], &answer->rsi);
    case SYSTEM_CALL_UNMAP:
        return error ? error : mapping_remove(entry);
    case SYSTEM_CALL_INSTALL:
        return error ? error : table_install(task, entry, in->rsi, in->words[0], &answer->rsi);
    case SYSTEM_CALL_UNINSTALL:
        return error ? error : table_uninstall(task, entry);
    case SYSTEM_CALL_INSPECT:
        return error ? error : inspect(entry, answer);
    case SYSTEM_CALL_YIELD:
        this_cpu->reschedule = 1;
        return ERROR_NONE;
    case SYSTEM_CALL_EXIT:
        return leave(task, in->rdi);
    case SYSTEM_CALL_PRINT:
        return print(task);
    case SYSTEM_CALL_VERDICT:
        if (!task->may_end_machine)
            return ERROR_NOT_PERMITTED;
        if (in->rdi > 1)
            return ERROR_BAD_ARGUMENT;
        verdict_of_task(in->rdi == VERDICT_PASS);
    case SYSTEM_CALL_PATTERN:
        if (!task->server)
            return ERROR_NOT_PERMITTED;
        window_patterns_set((const struct slot *)(const void *)task->transfer);
        return ERROR_NONE;
    case SYSTEM_CALL_RELEASE:
        return task->server ? memory_release(in->rdi, in->rsi) : ERROR_NOT_PERMITTED;
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
    struct answer answer = {0};
    enum error error;

    if (number == SYSTEM_CALL_CALL || number == SYSTEM_CALL_REPLY_RECEIVE) {
        error = number == SYSTEM_CALL_CALL ? call(task) : reply_receive(task);
        if (error)
            call_fail(task, error);
    } else {
        error = perform(task, number, &answer);
        call_fail(task, error);
        task->registers.rsi = answer.rsi;
        task->registers.words[0] = answer.rdx;
        task->registers.words[1] = answer.r8;
    }
    schedule();
}
