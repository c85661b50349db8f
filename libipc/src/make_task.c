/* Tasks made by tasks. First all that a task needs is bought and filled, and given back if that fails; then the task is
 * created, and what it is made of moves into its table, which needs no memory any more. */
#include <quire/make_task.h>

#include "libipc/src/frame_kind.h"
#include "libipc/src/load_image.h"
#include "libipc/src/making.h"
#include <quire/client.h>
#include <quire/entries.h>
#include <quire/task.h>

static enum error create(struct making *making)
{
    const struct task_plan *plan = making->plan;
    struct task_parts parts = {
        .root = making->root,
        .handle_table = making->first_table,
        .end = plan->end,
        .priority = task_plan_priority(plan, start_page()->priority),
        .powers = plan->powers,
        .first_port = plan->first_port,
        .port_count = plan->port_count,
        .cpu = task_plan_cpu(plan, start_page()->cpu),
        .fpu = !plan->no_fpu,
        .name = plan->name,
    };
    enum error error = system_call_create(making->task, &parts);

    if (error != ERROR_NONE) {
        return error;
    }
    own_entries_release(handle_index(making->root), 1);
    own_entries_release(handle_index(making->first_table), 1);
    if (plan->end != 0) {
        own_entries_release(handle_index(plan->end), 1);
    }
    making->root = 0;
    making->first_table = 0;
    making->next = HANDLE_INDEX_FRAME_SERVER;
    return ERROR_NONE;
}

/* Gives back what is still here. */
static void give_up(struct making *making)
{
    frame_drop_quietly(making->task);
    frame_drop_quietly(making->root);
    frame_drop_quietly(making->first_table);
    frame_drop_quietly(making->server);
    frame_drop_quietly(making->console);
    supply_return(&making->handle_tables);
    supply_return(&making->page_tables);
    supply_return(&making->pages);
}

must_use enum error task_make(const struct task_plan *plan, handle *task, uint64_t *entry)
{
    struct making making = {.plan = plan};
    enum error error = making_plan(&making);

    if (error == ERROR_NONE) {
        error = making_buy(&making);
    }
    if (error == ERROR_NONE) {
        error = load_image(&making.image, &making.pages);
    }
    if (error == ERROR_NONE) {
        error = create(&making);
    }
    if (error != ERROR_NONE) {
        give_up(&making);
        return error;
    }
    error = making_furnish(&making);
    if (error != ERROR_NONE) {
        enum error killed = system_call_kill(making.task); /* the first error is the one to tell */
        (void)killed;
        give_up(&making);
        return error;
    }
    *task = making.task;
    *entry = making.image.entry;
    return ERROR_NONE;
}

must_use enum error task_start(handle task, uint64_t entry)
{
    return system_call_start(task, entry, STACK_TOP);
}

must_use enum error task_run(const struct task_plan *plan, handle *task)
{
    uint64_t entry;
    handle made;
    enum error error = task_make(plan, &made, &entry);

    if (error != ERROR_NONE) {
        return error;
    }
    error = task_start(made, entry);
    if (error != ERROR_NONE) {
        frame_drop_quietly(made); /* the last handle: it ends */
        return error;
    }
    *task = made;
    return ERROR_NONE;
}
