/* The first half: all that can fail for want of memory, or by a plan that is bad. */
#include "libipc/src/making.h"

#include "libipc/src/frame_kind.h"
#include <quire/client.h>
#include <quire/console.h>
#include <quire/task.h>

#define RIGHTS_COPIED (RIGHT_CALL | RIGHT_CLONE | RIGHT_MOVE) /* of a handle to a server, if this task's has them */

static enum error copy_handle(handle from, handle *copy)
{
    struct handle_facts facts;
    enum error error = system_call_inspect(from, &facts);

    return error != ERROR_NONE ? error : frame_clone(from, facts.rights & RIGHTS_COPIED, copy);
}

/* Whether a handle of the plan can move, before anything depends on it. */
static enum error check_movable(handle value)
{
    struct handle_facts facts;
    enum error error = system_call_inspect(value, &facts);

    if (error != ERROR_NONE) {
        return error;
    }
    if ((facts.rights & RIGHT_MOVE) == 0) {
        return ERROR_MISSING_RIGHT;
    }
    if (facts.address != 0) {
        return facts.kind == KIND_PAGE_TABLE || facts.kind == KIND_HANDLE_TABLE ? ERROR_INSTALLED : ERROR_MAPPED;
    }
    return ERROR_NONE;
}

static enum error check_plan(const struct task_plan *plan)
{
    enum error error = ERROR_NONE;

    if (plan->gift_count > START_HANDLES - 2 || plan->handle_tables > ENTRIES_MAX / TABLE_ENTRIES) {
        return ERROR_BAD_COUNT;
    }
    if (plan->server != 0) {
        error = check_movable(plan->server);
    }
    if (error == ERROR_NONE && plan->console != 0) {
        error = check_movable(plan->console);
    }
    for (uint32_t k = 0; k < plan->gift_count && error == ERROR_NONE; k++) {
        error = check_movable(plan->gifts[k].value);
    }
    return error;
}

must_use enum error making_plan(struct making *making)
{
    const struct task_plan *plan = making->plan;
    enum error error = check_plan(plan);

    if (error == ERROR_NONE) {
        error = elf_parse(plan->file, plan->size, &making->image);
    }
    if (error != ERROR_NONE) {
        return error;
    }
    making->facts.console = plan->console != 0 || console_used() != 0;
    return task_layout_plan(&making->image, 1 + making->facts.console + plan->gift_count,
                            plan->handle_tables != 0 ? plan->handle_tables : 1, &making->layout);
}

must_use enum error making_buy(struct making *making)
{
    const struct task_plan *plan = making->plan;
    enum error error = frame_allocate_kind(KIND_TASK, &making->task);

    if (error == ERROR_NONE) {
        error = frame_allocate_kind(KIND_PAGE_TABLE, &making->root);
    }
    if (error == ERROR_NONE) {
        error = frame_allocate_kind(KIND_HANDLE_TABLE, &making->first_table);
    }
    if (error == ERROR_NONE) {
        error = supply_buy(&making->handle_tables, making->layout.handle_tables, KIND_HANDLE_TABLE);
    }
    if (error == ERROR_NONE) {
        error = supply_buy(&making->page_tables, making->layout.page_tables, KIND_PAGE_TABLE);
    }
    if (error == ERROR_NONE) {
        error = supply_buy(&making->pages, making->layout.pages, KIND_UNTYPED);
    }
    if (error == ERROR_NONE && plan->server == 0) {
        error = copy_handle(frame_server(), &making->server);
    }
    if (error == ERROR_NONE && plan->console == 0 && making->facts.console) {
        error = copy_handle(console_used(), &making->console);
    }
    return error;
}
