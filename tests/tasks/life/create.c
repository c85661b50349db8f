/* What the kernel refuses to make a task of; nothing has changed then, and the same parts make a task. */
#include "tests/tasks/life/life.h"

#define PRIORITIES 32 /* of which the frame server has the highest */

static handle task;
static struct task_parts parts;

static bool get_parts(void)
{
    return expect_success(bare_parts(&task, &parts));
}

/* After the refusals the parts are as they were: they make a task, which ends. */
static void use_parts(void)
{
    expect_equal(facts_of(task).state, TASK_FRESH);
    if (parts.end == 0) {
        expect_success(bell_make(BELL_END, &parts.end));
    }
    expect_success(bare_create(task, &parts));
    child_kill(task);
}

static enum error create_with_root(handle root)
{
    struct task_parts changed = parts;

    changed.root = root;
    return system_call_create(task, &changed);
}

static enum error create_with_table(handle table)
{
    struct task_parts changed = parts;

    changed.handle_table = table;
    return system_call_create(task, &changed);
}

static enum error create_with_end(handle end)
{
    struct task_parts changed = parts;

    changed.end = end;
    return system_call_create(task, &changed);
}

static void wrong_kinds(void)
{
    handle frame;

    require(get_parts());
    require_success(frame_allocate(&frame));
    expect_error(system_call_create(frame, &parts), ERROR_WRONG_KIND);
    expect_error(system_call_create(parts.root, &parts), ERROR_WRONG_KIND);
    expect_error(system_call_create(bells, &parts), ERROR_WRONG_KIND);
    expect_error(create_with_root(frame), ERROR_WRONG_KIND);
    expect_error(create_with_root(parts.handle_table), ERROR_WRONG_KIND);
    expect_error(create_with_root(task), ERROR_WRONG_KIND);
    expect_error(create_with_table(frame), ERROR_WRONG_KIND);
    expect_error(create_with_table(parts.root), ERROR_WRONG_KIND);
    expect_error(create_with_end(frame), ERROR_WRONG_KIND);
    expect_error(create_with_end(task), ERROR_WRONG_KIND);
    require_success(frame_drop(frame));
    use_parts();
}

static void no_handles(void)
{
    handle frame;

    require(get_parts());
    require_success(frame_allocate(&frame));
    require_success(frame_drop(frame));
    expect_error(system_call_create(frame, &parts), ERROR_BAD_HANDLE);
    expect_error(system_call_create(0, &parts), ERROR_BAD_HANDLE);
    expect_error(create_with_root(frame), ERROR_BAD_HANDLE);
    expect_error(create_with_root(0), ERROR_BAD_HANDLE);
    expect_error(create_with_table(frame), ERROR_BAD_HANDLE);
    expect_error(create_with_table(UINT64_MAX), ERROR_BAD_HANDLE);
    expect_error(create_with_end(frame), ERROR_BAD_HANDLE);
    expect_error(system_call_create(handle_make(handle_index(task), handle_generation(task) + 1), &parts),
                 ERROR_STALE_HANDLE);
    expect_error(create_with_root(handle_make(handle_index(parts.root), 0)), ERROR_STALE_HANDLE);
    use_parts();
}

static void missing_rights(void)
{
    handle weak;
    handle end;

    require(get_parts());
    require_success(frame_clone(task, RIGHT_MOVE, &weak));
    expect_error(system_call_create(weak, &parts), ERROR_MISSING_RIGHT);
    require_success(frame_drop(weak));
    require_success(frame_clone(bells, RIGHT_MOVE | RIGHT_CALL, &end));
    expect_error(create_with_end(end), ERROR_MISSING_RIGHT);
    require_success(frame_drop(end));
    require_success(frame_clone(bells, RIGHT_NOTIFY, &end)); /* it can't move */
    expect_error(create_with_end(end), ERROR_MISSING_RIGHT);
    require_success(frame_drop(end));
    use_parts();
}

/* Who is told of the end can't receive by that handle: the endpoint would never close, and its callers wait as long as the
 * task lives. */
static void end_that_receives(void)
{
    handle end;

    require(get_parts());
    require_success(frame_clone(bells, RIGHT_NOTIFY | RIGHT_MOVE | RIGHT_RECEIVE, &end));
    expect_error(create_with_end(end), ERROR_BAD_RIGHTS);
    require_success(frame_drop(end));
    use_parts();
}

/* Root and handle table that are in use as such already. */
static void installed(void)
{
    handle root;
    uint32_t missing;

    require(get_parts());
    root = parts.root;
    require_success(system_call_install(root, UINT64_C(0x300000000000), 3, &missing));
    expect_error(create_with_root(root), ERROR_INSTALLED);
    require_success(system_call_uninstall(root));
    use_parts();
    require_success(child_start("job=enlarge", &task)); /* a child's handle table: it stays as long as the child */
    child_ends(task, TASK_END_EXITED, ERROR_INSTALLED);
}

/* The same task frame twice. */
static void twice(void)
{
    handle first;
    handle first_root;
    struct task_parts others;
    handle second;

    require(get_parts());
    require_success(bell_make(BELL_END, &parts.end));
    require_success(bare_create(task, &parts));
    first = task;
    first_root = parts.root;
    require_success(bare_parts(&second, &others));
    expect_error(system_call_create(first, &others), ERROR_CREATED);
    expect(system_call_create(
               second, &(struct task_parts){.root = first_root, .handle_table = others.handle_table, .name = ""}) !=
           ERROR_NONE); /* it is the first one's */
    child_kill(first);
    task = second;
    parts = others;
    use_parts();
    require(get_parts());
    require_success(bell_make(BELL_END, &parts.end));
    require_success(bare_create(task, &parts));
    require_success(system_call_kill(task));
    require(child_reaches(task, TASK_DEAD));
    require_success(bare_parts(&second, &others));
    expect_error(system_call_create(task, &others), ERROR_CREATED); /* a husk is no fresh frame */
    child_ends(task, TASK_END_KILLED, 0);
    task = second;
    parts = others;
    use_parts();
}

static enum error create_flags(uint64_t flags, uint64_t ports)
{
    struct message message = {.rax = SYSTEM_CALL_CREATE,
                              .rdi = task,
                              .rsi = parts.root,
                              .words = {parts.handle_table, flags, 0, 0, 0},
                              .r14 = ports};

    system_call_message(&message);
    return (enum error)rax_status(message.rax);
}

/* More than the creator has itself: powers, priority, ports. */
static void not_permitted(void)
{
    uint32_t powers = start_page()->powers;
    uint32_t priority = start_page()->priority;

    require(get_parts());
    for (uint32_t above = priority + 1; above < PRIORITIES; above++) {
        expect_error(create_flags(create_make(above, false, 0, start_page()->cpu), 0), ERROR_NOT_PERMITTED);
    }
    expect_error(create_flags(create_make(PRIORITIES, false, 0, start_page()->cpu), 0), ERROR_NOT_PERMITTED);
    expect_error(create_flags(create_make(255, false, 0, start_page()->cpu), 0), ERROR_NOT_PERMITTED);
    for (uint32_t bit = 0; bit < 16; bit++) {
        if ((powers & 1U << bit) == 0) {
            expect_error(create_flags(create_make(0, false, 1U << bit, start_page()->cpu), 0), ERROR_NOT_PERMITTED);
        }
    }
    if ((powers & POWER_PORTS) == 0) {
        expect_error(create_flags(create_make(0, false, 0, start_page()->cpu), UINT64_C(1) << 32), ERROR_NOT_PERMITTED);
        expect_error(create_flags(create_make(0, false, 0, start_page()->cpu), UINT64_C(0x10) | UINT64_C(1) << 32),
                     ERROR_NOT_PERMITTED);
    }
    expect_error(create_flags(create_make(0, false, 0, start_page()->cpu), UINT64_C(0xffff) | UINT64_C(2) << 32),
                 ERROR_NOT_PERMITTED);
    expect_error(create_flags(create_make(0, false, 0, start_page()->cpu), UINT64_MAX), ERROR_NOT_PERMITTED);
    use_parts();
}

static void bad_arguments(void)
{
    require(get_parts());
    for (uint32_t bit = 9; bit < 16; bit++) {
        expect_error(create_flags(UINT64_C(1) << bit, 0), ERROR_BAD_ARGUMENT);
    }
    for (uint32_t bit = 48; bit < 64; bit++) {
        expect_error(create_flags(UINT64_C(1) << bit, 0), ERROR_BAD_ARGUMENT);
    }
    expect_error(create_flags(create_make(0, false, 0, start_page()->cpu_count), 0), ERROR_NO_CPU);
    expect_error(create_flags(create_make(0, false, 0, UINT16_MAX), 0), ERROR_NO_CPU);
    use_parts();
}

/* Objects that are part of a task can't be had any more, and the task's own frame can't be changed. */
static void parts_are_gone(void)
{
    struct handle_facts facts;

    require(get_parts());
    require_success(bell_make(BELL_END, &parts.end));
    require_success(bare_create(task, &parts));
    expect_error(system_call_inspect(parts.root, &facts), ERROR_BAD_HANDLE);
    expect_error(system_call_inspect(parts.handle_table, &facts), ERROR_BAD_HANDLE);
    expect_error(system_call_inspect(parts.end, &facts), ERROR_BAD_HANDLE);
    expect_error(frame_repurpose(task, KIND_UNTYPED), ERROR_WRONG_KIND);
    expect_error(frame_repurpose(task, KIND_ENDPOINT), ERROR_WRONG_KIND);
    uint32_t missing;
    expect(system_call_map(task, MAPPING_BASE, RIGHT_READ, &missing) != ERROR_NONE);
    child_kill(task);
}

/* Nobody gets more by a handle to a task than its maker had. */
static void rights_of_tasks(void)
{
    struct handle_facts facts = {0};
    handle other;

    require_success(object_make(KIND_TASK, &task));
    require_success(system_call_inspect(task, &facts));
    expect_equal(facts.kind, KIND_TASK);
    expect_equal(facts.rights, RIGHTS_TASK);
    expect_error(frame_clone(task, RIGHT_READ, &other), ERROR_BAD_RIGHTS);
    expect_error(frame_clone(task, RIGHT_MAP | RIGHT_MOVE, &other), ERROR_BAD_RIGHTS);
    require_success(frame_drop(task));
}

static const struct tap_test tests[] = {
    {"wrong_kinds", wrong_kinds},       {"no_handles", no_handles},
    {"missing_rights", missing_rights}, {"end_that_receives", end_that_receives},
    {"installed", installed},           {"twice", twice},
    {"not_permitted", not_permitted},   {"bad_arguments", bad_arguments},
    {"parts_are_gone", parts_are_gone}, {"rights_of_tasks", rights_of_tasks},
};

const struct tap_group create_tests = TAP_GROUP("create", tests);
