/* Handles given to stopped tasks and taken from them, and work on their tables. */
#include "tests/tasks/life/life.h"

#define PAGE UINT64_C(0x10000000)

static handle task; /* a stopped one without an image */

static bool make(void)
{
    handle end;

    return expect_success(bell_make(BELL_END, &end)) && expect_success(bare_make(end, &task));
}

/* Every handle keeps its frame, rights and place in a run, there and back. */
static void there_and_back(void)
{
    struct frame_facts before[3];
    struct frame_facts after = {0};
    struct handle_facts facts = {0};
    handle frames;
    handle there;
    handle here;
    uint32_t dst;

    require(make());
    require_success(frame_allocate_run(3, &frames));
    require_success(system_call_narrow(frames, RIGHT_READ | RIGHT_MAP | RIGHT_MOVE));
    for (uint32_t k = 0; k < 3; k++) {
        require_success(frame_info(handle_of_run(frames, k), &before[k]));
    }
    require_success(bare_give(task, frames, 3, 61, &there)); /* up to the last entry */
    expect_equal(handle_index(there), 61);
    expect_error(frame_info(frames, &after), ERROR_BAD_HANDLE);
    require_success(system_call_inspect_in(task, there, &facts));
    expect_equal(facts.kind, KIND_UNTYPED);
    expect_equal(facts.rights, RIGHT_READ | RIGHT_MAP | RIGHT_MOVE);
    require_success(own_entries_take(3, &dst));
    require_success(system_call_take(task, there, 3, dst, &here));
    expect_equal(handle_index(here), dst);
    for (uint32_t k = 0; k < 3; k++) {
        require_success(frame_info(handle_of_run(here, k), &after));
        expect_equal(after.address, before[k].address);
        expect_equal(after.payer, before[k].payer);
    }
    expect_error(system_call_inspect_in(task, there, &facts), ERROR_BAD_HANDLE);
    require_success(frame_drop_run(here, 3, NULL));
    child_kill(task);
}

static void most_at_once(void)
{
    handle frames;
    handle there;
    handle table;
    uint32_t missing;

    require(make());
    require_success(object_make(KIND_HANDLE_TABLE, &table));
    require_success(bare_give(task, table, 1, 1, &there));
    require_success(system_call_install_in(task, there, 1, 0, &missing));
    require_success(frame_allocate_run(MOVE_HANDLES_MAX + 1, &frames));
    expect_error(system_call_give(task, frames, MOVE_HANDLES_MAX + 1, 2, &there), ERROR_BAD_COUNT);
    expect_error(system_call_give(task, frames, UINT32_MAX, 2, &there), ERROR_BAD_COUNT);
    expect_error(system_call_give(task, frames, 0, 2, &there), ERROR_BAD_COUNT);
    require_success(bare_give(task, frames, MOVE_HANDLES_MAX, 10, &there));
    expect_error(system_call_take(task, there, MOVE_HANDLES_MAX + 1, 2, &there), ERROR_BAD_COUNT);
    expect_error(system_call_take(task, there, 0, 2, &there), ERROR_BAD_COUNT);
    require_success(frame_drop(handle_of_run(frames, MOVE_HANDLES_MAX)));
    child_kill(task);
}

static void give_refusals(void)
{
    handle frame;
    handle there;
    handle weak;
    handle table;
    void *page;
    uint32_t missing;

    require(make());
    require_success(frame_allocate(&frame));
    expect_error(system_call_give(task, 0, 1, 1, &there), ERROR_BAD_HANDLE);
    expect_error(system_call_give(task, handle_make(handle_index(frame), handle_generation(frame) + 1), 1, 1, &there),
                 ERROR_STALE_HANDLE);
    expect_error(system_call_give(task, frame, 1, 64, &there), ERROR_BAD_DESTINATION);
    expect_error(system_call_give(task, frame, 1, UINT32_MAX, &there), ERROR_BAD_DESTINATION);
    expect_error(system_call_give(task, frame, 2, 63, &there), ERROR_BAD_DESTINATION);
    expect_error(system_call_give(frame, frame, 1, 1, &there), ERROR_WRONG_KIND);
    expect_error(system_call_give(0, frame, 1, 1, &there), ERROR_BAD_HANDLE);
    require_success(frame_map_anywhere(frame, RIGHT_READ, &page));
    expect_error(system_call_give(task, frame, 1, 1, &there), ERROR_MAPPED);
    require_success(frame_unmap(frame));
    require_success(frame_clone(frame, RIGHT_READ, &weak));
    expect_error(system_call_give(task, weak, 1, 1, &there), ERROR_MISSING_RIGHT);
    require_success(frame_drop(weak));
    require_success(object_make(KIND_PAGE_TABLE, &table));
    require_success(system_call_install(table, UINT64_C(0x300000000000), 3, &missing));
    expect_error(system_call_give(task, table, 1, 1, &there), ERROR_INSTALLED);
    require_success(system_call_uninstall(table));
    require_success(frame_drop(table));
    require_success(frame_clone(task, RIGHT_CLONE | RIGHT_MOVE, &weak));
    expect_error(system_call_give(weak, frame, 1, 1, &there), ERROR_MISSING_RIGHT);
    require_success(frame_drop(weak));
    require_success(bare_give(task, frame, 1, 1, &there));
    require_success(frame_allocate(&frame));
    expect_error(system_call_give(task, frame, 1, 1, &there), ERROR_OCCUPIED);
    require_success(frame_drop(frame));
    child_kill(task);
}

static void take_refusals(void)
{
    handle frame;
    handle there;
    handle here;
    uint32_t dst;

    require(make());
    require_success(frame_allocate(&frame));
    require_success(bare_give(task, frame, 1, 7, &there));
    require_success(own_entries_take(2, &dst));
    expect_error(system_call_take(task, 0, 1, dst, &here), ERROR_BAD_HANDLE);
    expect_error(system_call_take(task, handle_make(8, 1), 1, dst, &here), ERROR_BAD_HANDLE);
    expect_error(system_call_take(task, handle_make(7, 0), 1, dst, &here), ERROR_STALE_HANDLE);
    expect_error(system_call_take(task, there, 2, dst, &here), ERROR_BAD_HANDLE);
    expect_error(system_call_take(task, there, 1, HANDLE_INDEX_FRAME_SERVER, &here), ERROR_OCCUPIED);
    expect_error(system_call_take(task, there, 1, UINT32_MAX, &here), ERROR_BAD_DESTINATION);
    struct handle_facts facts = {0};
    expect_success(system_call_inspect_in(task, there, &facts));
    require_success(system_call_take(task, there, 1, dst, &here));
    own_entries_release(dst + 1, 1);
    require_success(frame_drop(here));
    child_kill(task);
}

/* To and from tasks that run, wait, or are no more; and to itself. */
static void only_stopped(void)
{
    handle frame;
    handle there;
    handle runner;
    struct handle_facts facts;
    uint32_t missing;

    require_success(frame_allocate(&frame));
    require_success(child_start("job=yield", &runner));
    expect_error(system_call_give(runner, frame, 1, 60, &there), ERROR_RUNNING);
    expect_error(system_call_take(runner, handle_make(1, 1), 1, 60, &there), ERROR_RUNNING);
    expect_error(system_call_inspect_in(runner, handle_make(1, 1), &facts), ERROR_RUNNING);
    expect_error(system_call_map_in(runner, handle_make(1, 1), PAGE, RIGHT_READ, &missing), ERROR_RUNNING);
    expect_error(system_call_unmap_in(runner, handle_make(1, 1)), ERROR_RUNNING);
    expect_error(system_call_install_in(runner, handle_make(1, 1), PAGE, 1, &missing), ERROR_RUNNING);
    expect_error(system_call_uninstall_in(runner, handle_make(1, 1)), ERROR_RUNNING);
    require_success(system_call_kill(runner));
    expect_error(system_call_give(runner, frame, 1, 60, &there), ERROR_ENDED);
    require(child_reaches(runner, TASK_DEAD));
    expect_error(system_call_give(runner, frame, 1, 60, &there), ERROR_ENDED);
    expect_error(system_call_map_in(runner, handle_make(1, 1), PAGE, RIGHT_READ, &missing), ERROR_ENDED);
    child_ends(runner, TASK_END_KILLED, 0);
    require_success(object_make(KIND_TASK, &runner));
    expect_error(system_call_give(runner, frame, 1, 1, &there), ERROR_NOT_CREATED);
    expect_error(system_call_install_in(runner, handle_make(1, 1), PAGE, 1, &missing), ERROR_NOT_CREATED);
    require_success(frame_drop(runner));
    require_success(frame_drop(frame));
}

/* A task given to itself holds itself: it lives on when nobody else does, and can be killed before. */
static void given_to_itself(void)
{
    handle copy;
    handle there;

    require(make());
    require_success(frame_clone(task, RIGHT_OWNER | RIGHT_MOVE, &copy));
    require_success(bare_give(task, copy, 1, 5, &there));
    child_kill(task);
}

static void map_in_refusals(void)
{
    handle frame;
    handle there;
    handle tables[3];
    uint32_t missing = 0;

    require(make());
    require_success(frame_allocate(&frame));
    require_success(system_call_narrow(frame, RIGHT_READ | RIGHT_WRITE | RIGHT_MAP | RIGHT_MOVE));
    require_success(bare_give(task, frame, 1, 7, &there));
    expect_error(system_call_map_in(task, frame, PAGE, RIGHT_READ, &missing),
                 ERROR_BAD_HANDLE); /* not its name there */
    for (uint32_t level = 3; level >= 1; level--) {
        expect_error(system_call_map_in(task, there, PAGE, RIGHT_READ, &missing), ERROR_NO_TABLE);
        expect_equal(missing, level);
        handle table;
        require_success(object_make(KIND_PAGE_TABLE, &table));
        require_success(bare_give(task, table, 1, 10 + level, &tables[level - 1]));
        expect_error(system_call_install_in(task, tables[level - 1], PAGE, 4, &missing), ERROR_BAD_LEVEL);
        expect_error(system_call_install_in(task, tables[level - 1], UINT64_MAX << 12, level, &missing),
                     ERROR_BAD_ADDRESS);
        expect_success(system_call_install_in(task, tables[level - 1], PAGE, level, &missing));
        expect_error(system_call_install_in(task, tables[level - 1], PAGE, level, &missing), ERROR_INSTALLED);
    }
    expect_error(system_call_map_in(task, there, PAGE + 1, RIGHT_READ, &missing), ERROR_BAD_ADDRESS);
    expect_error(system_call_map_in(task, there, USER_END, RIGHT_READ, &missing), ERROR_BAD_ADDRESS);
    expect_error(system_call_map_in(task, there, PAGE, RIGHT_EXECUTE, &missing), ERROR_BAD_RIGHTS);
    expect_error(system_call_map_in(task, there, PAGE, 0, &missing), ERROR_BAD_RIGHTS);
    expect_error(system_call_unmap_in(task, there), ERROR_NOT_MAPPED);
    expect_error(system_call_map_in(task, tables[0], PAGE, RIGHT_READ, &missing), ERROR_WRONG_KIND);
    expect_error(system_call_uninstall_in(task, tables[2]), ERROR_HAS_CHILDREN);
    require_success(system_call_map_in(task, there, PAGE, RIGHT_READ, &missing));
    expect_error(system_call_map_in(task, there, PAGE + FRAME_SIZE, RIGHT_READ, &missing), ERROR_MAPPED);
    struct handle_facts facts = {0};
    expect_success(system_call_inspect_in(task, there, &facts));
    expect_equal(facts.address, PAGE);
    uint32_t dst;
    handle here;
    require_success(own_entries_take(1, &dst));
    expect_error(system_call_take(task, there, 1, dst, &here), ERROR_MAPPED);
    expect_error(system_call_take(task, tables[0], 1, dst, &here), ERROR_INSTALLED);
    expect_error(system_call_uninstall_in(task, tables[0]), ERROR_HAS_CHILDREN);
    require_success(system_call_unmap_in(task, there));
    require_success(system_call_uninstall_in(task, tables[0]));
    require_success(system_call_take(task, tables[0], 1, dst, &here));
    require_success(frame_drop(here));
    child_kill(task);
}

/* A handle-table frame at a place that is taken, or that there is not. */
static void install_table_refusals(void)
{
    handle table;
    handle there;
    handle other;
    handle other_there;
    uint32_t missing;

    require(make());
    require_success(object_make(KIND_HANDLE_TABLE, &table));
    require_success(object_make(KIND_HANDLE_TABLE, &other));
    require_success(bare_give(task, table, 1, 1, &there));
    require_success(bare_give(task, other, 1, 2, &other_there));
    expect_error(system_call_install_in(task, there, 0, 0, &missing), ERROR_OCCUPIED); /* its first */
    expect_error(system_call_install_in(task, there, 128, 0, &missing), ERROR_BAD_ADDRESS);
    expect_error(system_call_install_in(task, there, UINT64_MAX, 0, &missing), ERROR_BAD_ADDRESS);
    expect_error(system_call_install_in(task, there, 2, 0, &missing), ERROR_BAD_ADDRESS); /* a gap */
    require_success(system_call_install_in(task, there, 1, 0, &missing));
    expect_error(system_call_install_in(task, there, 2, 0, &missing), ERROR_INSTALLED);
    expect_error(system_call_install_in(task, other_there, 1, 0, &missing), ERROR_OCCUPIED);
    expect_error(system_call_uninstall_in(task, there), ERROR_WRONG_KIND); /* it stays until the task ends */
    child_kill(task);
}

/* What was given is used: a page that this task wrote is what the child reads, and back. */
static void pages_are_shared(void)
{
    struct task_plan plan = child_plan("job=read address=268435456"); /* PAGE */
    uint64_t entry;
    handle child;
    handle frame;
    handle there;
    uint32_t missing;

    require_success(child_make(&plan, &child, &entry));
    require_success(frame_allocate(&frame));
    uint64_t *page;
    require_success(frame_map_anywhere(frame, RIGHT_READ | RIGHT_WRITE, (void **)&page));
    page[0] = 0x1234;
    require_success(frame_unmap(frame));
    require_success(bare_give(child, frame, 1, 63, &there));
    enum error error;
    uint32_t dst = 62;
    while ((error = system_call_map_in(child, there, PAGE, RIGHT_READ, &missing)) == ERROR_NO_TABLE) {
        handle table;
        handle table_there;

        require_success(object_make(KIND_PAGE_TABLE, &table));
        require_success(bare_give(child, table, 1, dst--, &table_there));
        require_success(system_call_install_in(child, table_there, PAGE, missing, &missing));
    }
    expect_error(error, ERROR_NONE);
    require_success(task_start(child, entry));
    child_ends(child, TASK_END_EXITED, 0x1234);
}

static const struct tap_test tests[] = {
    {"there_and_back", there_and_back},     {"most_at_once", most_at_once},
    {"give_refusals", give_refusals},       {"take_refusals", take_refusals},
    {"only_stopped", only_stopped},         {"given_to_itself", given_to_itself},
    {"map_in_refusals", map_in_refusals},   {"install_table_refusals", install_table_refusals},
    {"pages_are_shared", pages_are_shared},
};

const struct tap_group give_tests = TAP_GROUP("give", tests);
