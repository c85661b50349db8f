/* Example: starts a task that may use 20 frames, sees who holds what, kills it, and learns how it ended.
 * make run TASKS=tests/tasks/example_parent.c CHILDREN=tests/tasks/example_child.c */
#include <quire/account.h>
#include <quire/endpoint.h>
#include <quire/make_task.h>
#include <quire/print.h>

TASK_FILE(example_child);

enum { BELL_RANG = 1, BELL_ENDED = 2 }; /* bits of notifications */

static const struct account_limits limits = {.frames = 20, .tables = 1};

/* Waits until the child rings or ends. */
static enum error wait_for_ring(handle bells, uint64_t *bits)
{
    struct endpoint_message message;
    enum error error = endpoint_receive(bells, &message, 0);

    *bits = message.notification;
    return error;
}

static void show_holders(uint32_t account)
{
    struct account_holder holder = {.name = "nobody"};
    uint64_t address = 0;
    uint32_t frames = 0;

    while (account_next_holder(account, &address, &holder) == ERROR_NONE) {
        frames++;
    }
    print("parent: account %u pays for %u frames, the last is held by %s\n", account, frames, holder.name);
}

static enum error start(handle bells, uint32_t *account, handle *task)
{
    struct task_gift gift = {.name = "bell"};
    struct task_plan plan = {
        .file = example_child_file, .size = example_child_file_size, .name = "child", .gifts = &gift, .gift_count = 1};
    enum error error = account_open(&limits, 0, account, &plan.server);

    plan.account = *account;
    if (error == ERROR_NONE) {
        error = endpoint_clone(bells, RIGHT_NOTIFY | RIGHT_MOVE, BELL_RANG, &gift.value);
    }
    if (error == ERROR_NONE) {
        error = endpoint_clone(bells, RIGHT_NOTIFY | RIGHT_MOVE, BELL_ENDED, &plan.end);
    }
    return error != ERROR_NONE ? error : task_run(&plan, task);
}

int main(void)
{
    struct task_facts facts;
    uint64_t bits = 0;
    uint32_t account = 0;
    char text[80];
    handle bells;
    handle task = 0;
    enum error error = endpoint_make(&bells);

    if (error == ERROR_NONE) {
        error = start(bells, &account, &task);
    }
    if (error == ERROR_NONE) {
        error = wait_for_ring(bells, &bits);
    }
    if (error == ERROR_NONE && (bits & BELL_RANG) != 0) {
        show_holders(account);
        error = system_call_kill(task);
    }
    if (error == ERROR_NONE) {
        error = task_wait(task, bells, NULL, &facts);
    }
    if (error == ERROR_NONE) {
        task_end_text(&facts, text, sizeof(text));
        print("parent: the child %s\n", text);
        show_holders(account);
        error = account_close(account, NULL);
    }
    print("parent: %s\n", error_sentence(error));
    return (int)error;
}
