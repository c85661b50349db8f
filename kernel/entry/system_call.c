/* Every system call that the short paths do not finish. */
#include "kernel/ipc/call.h"
#include "kernel/memory/window.h"
#include "kernel/object/mapping.h"
#include "kernel/object/handle_table.h"
#include "kernel/object/schedule.h"
#include "kernel/object/task.h"
#include "kernel/print.h"
#include "kernel/verdict.h"

void system_call(struct task *task);

static void finish(struct task *task, enum error error)
{
    call_fail(task, error);
}

/* The answer of a mapping call: with NO_TABLE goes the level of the table that is missing. */
static void finish_with_level(struct task *task, enum error error, uint32_t level)
{
    finish(task, error);
    if (error == ERROR_NO_TABLE)
        task->registers.rsi = level;
}

static void do_call(struct task *task)
{
    enum error error = call(task);

    if (error)
        finish(task, error);
}

static void do_reply_receive(struct task *task)
{
    enum error error = reply_receive(task);

    if (error)
        finish(task, error);
}

static void do_map(struct task *task)
{
    const struct registers *in = &task->registers;
    uint32_t level = 0;
    enum error error = mapping_add(task, in->rdi, in->rsi, in->words[0], &level);

    finish_with_level(task, error, level);
}

static void do_unmap(struct task *task)
{
    finish(task, mapping_remove(task, task->registers.rdi));
}

static void do_install(struct task *task)
{
    const struct registers *in = &task->registers;
    uint32_t level = 0;
    enum error error = table_install(task, in->rdi, in->rsi, in->words[0], &level);

    finish_with_level(task, error, level);
}

static void do_uninstall(struct task *task)
{
    finish(task, table_uninstall(task, task->registers.rdi));
}

static void do_inspect(struct task *task)
{
    struct handle_entry *entry;
    enum error error = handle_find(task, task->registers.rdi, &entry);

    finish(task, error);
    if (error)
        return;
    task->registers.rsi = entry->rights;
    task->registers.words[0] = entry->kind;
    task->registers.words[1] = mapping_exists(entry) ? entry->detail : 0;
}

static void do_yield(struct task *task)
{
    finish(task, ERROR_NONE);
    this_cpu->reschedule = 1;
}

static void line_show(struct task *task)
{
    print_text(task->line_text, task->line_length);
    task->line_length = 0;
}

static void do_exit(struct task *task)
{
    uint64_t code = task->registers.rdi;

    if (task->line_length) {
        line_show(task);
        print_text("\n", 1);
    }
    print_line(code ? PRINT_INFORMATION : PRINT_DEBUG, "%s ended with %lu", task->name, code);
    task_stop(task, code == 0);
}

/* A line goes out whole, so that those of several tasks do not mix. */
static void do_print(struct task *task)
{
    uint32_t n = rax_n(task->registers.rax);
    const char *text = (const char *)task->registers.words;

    if (n == 0 || n > sizeof(task->registers.words)) {
        finish(task, ERROR_BAD_COUNT);
        return;
    }
    for (uint32_t k = 0; k < n; k++) {
        task->line_text[task->line_length++] = text[k];
        if (text[k] == '\n' || task->line_length == sizeof(task->line_text))
            line_show(task);
    }
    finish(task, ERROR_NONE);
}

static void do_verdict(struct task *task)
{
    if (!task->may_end_machine)
        finish(task, ERROR_NOT_PERMITTED);
    else
        verdict(task->registers.rdi == 0 ? VERDICT_PASS : VERDICT_FAIL);
}

static void do_pattern(struct task *task)
{
    if (!task->server) {
        finish(task, ERROR_NOT_PERMITTED);
        return;
    }
    window_patterns_set((const struct slot *)(const void *)task->transfer);
    finish(task, ERROR_NONE);
}

static void (*const handlers[])(struct task *) = {
#define SYSTEM_CALL(number, NAME, name, in, out, text) [SYSTEM_CALL_##NAME] = do_##name,
#include <quire/system_calls.def>
#undef SYSTEM_CALL
};

/* Called by ipc/fastpath.S on this CPU's stack with the task's registers saved; afterwards this_cpu->current
 * is the task to go on with. */
void system_call(struct task *task)
{
    uint32_t number = rax_number(task->registers.rax);

    if (number < SYSTEM_CALLS)
        handlers[number](task);
    else
        finish(task, ERROR_BAD_SYSTEM_CALL);
    schedule();
}
