/* Tasks that hold much, and of every sort, when they end. */
#include "tests/tasks/life/life.h"

#include <quire/format.h>

#define CALLERS 5

/* Lets a child get what the arguments name, kills it, and counts frames when its end is told. */
static void hold(const char *arguments, uint64_t least)
{
    uint64_t before = free_frames();
    handle bell;
    handle task;

    require_success(bell_make(1, &bell));
    require_success(child_start_with(arguments, &(struct task_gift){"bell", bell}, 1, &task));
    require(bells_wait(1, task));
    expect(before - free_frames() >= least);
    child_kill(task);
    expect_free(before);
}

static void hold_4000_frames(void)
{
    hold("job=hold frames=4000", 4000);
}

static void hold_8000_handles(void)
{
    hold("job=hold copies=7900", 125); /* and its own: all that a full table holds, nearly */
}

static void hold_mappings(void)
{
    hold("job=hold mapped=25", 50);
}

static void hold_objects(void)
{
    hold("job=hold records=40 endpoints=40 fresh=10", 90);
}

static void hold_lists(void)
{
    hold("job=hold lists=20", 20 * 19 / 2); /* one of each length below 20 */
}

static void hold_all(void)
{
    hold("job=hold frames=500 mapped=10 copies=300 records=9 endpoints=9 fresh=9 lists=12", 600);
}

/* It exits with all that. */
static void greedy_exit(void)
{
    uint64_t before = free_frames();
    handle task;

    if (before > 100000) { /* it could not have as many handles: it stops when its table is full */
        require_success(child_start("job=greedy end=1", &task));
        child_ends(task, TASK_END_EXITED, ERROR_NO_TABLE_ENTRY);
    } else {
        tap_skip("frames would end before handles do");
    }
    expect_free(before);
}

/* Handle tables whose own handles lie all over the tables before them, with frames around. */
static void tables_in_odd_places(void)
{
    static const uint32_t places[] = {63, 1, 64 + 63, 2 * 64, 64, 3 * 64 + 31, 5}; /* of positions 1, 2, ... */
    uint64_t before = free_frames();
    handle end;
    handle task;
    handle there;
    uint32_t missing;

    require_success(bell_make(BELL_END, &end));
    require_success(bare_make(end, &task));
    for (uint32_t k = 0; k < sizeof(places) / sizeof(places[0]); k++) {
        handle table;
        handle frames;

        require_success(object_make(KIND_HANDLE_TABLE, &table));
        require_success(bare_give(task, table, 1, places[k], &there));
        require_success(system_call_install_in(task, there, k + 1, 0, &missing));
        require_success(frame_allocate_run(2, &frames));
        require_success(bare_give(task, frames, 2, (k + 1) * 64 + 40, &there));
    }
    require_success(system_call_kill(task));
    child_ends(task, TASK_END_KILLED, 0);
    expect_free(before);
}

/* The dying task has the last receive handle to endpoints in whose queues callers wait. */
static void endpoints_with_callers(void)
{
    uint64_t before = free_frames();
    handle callers[CALLERS];
    handle desks[CALLERS];
    struct server server;

    require_success(server_start(&server));
    for (uint32_t k = 0; k < CALLERS; k++) {
        handle here;
        handle copy;
        handle theirs;

        require_success(desk_make(&desks[k], RIGHT_RECEIVE | RIGHT_MOVE, 0, &here));
        require_success(endpoint_clone(desks[k], RIGHT_CALL | RIGHT_MOVE, 0, &copy));
        require_success(system_call_narrow(desks[k], RIGHT_CALL));
        require_success(server_give(&server, here, &theirs));
        require_success(child_start_with("job=call", &(struct task_gift){"desk", copy}, 1, &callers[k]));
        require(child_reaches(callers[k], TASK_CALLING));
    }
    server_kill(&server);
    for (uint32_t k = 0; k < CALLERS; k++) {
        child_ends(callers[k], TASK_END_EXITED, ERROR_NO_SERVER);
        expect_success(frame_drop(desks[k]));
    }
    expect_free(before);
}

/* Killed in the midst of its work, again and again. */
static void killed_at_work(void)
{
    uint64_t before = free_frames();
    char arguments[32];

    for (uint32_t round = 0; round < 20; round++) {
        handle bell;
        handle task;

        format_line(arguments, sizeof(arguments), "job=churn seed=%lu", tap_seed() + round);
        require_success(bell_make(1, &bell));
        require_success(child_start_with(arguments, &(struct task_gift){"bell", bell}, 1, &task));
        require(bells_wait(1, task));
        system_call_yield(); /* a time slice */
        child_kill(task);
        expect_free(before);
    }
}

static const struct tap_test tests[] = {
    {"4000_frames", hold_4000_frames},
    {"8000_handles", hold_8000_handles},
    {"mappings", hold_mappings},
    {"objects", hold_objects},
    {"lists", hold_lists},
    {"all", hold_all},
    {"greedy_exit", greedy_exit},
    {"tables_in_odd_places", tables_in_odd_places},
    {"endpoints_with_callers", endpoints_with_callers},
    {"killed_at_work", killed_at_work},
};

const struct tap_group holdings_tests = TAP_GROUP("holdings", tests);
