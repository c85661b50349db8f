/* What a greedy task has no more, others have as before. */
#include "tests/tasks/accounts/accounts.h"

#define GREEDY_FRAMES 200
#define TURNS 50

static void greedy_and_honest(void)
{
    const struct account_limits limits = {.frames = GREEDY_FRAMES, .tables = 10};
    struct task_plan plan = child_plan("job=greedy");
    struct branch honest;
    uint32_t account;
    handle greedy;
    handle frame;

    require(branch_open(&honest, TURNS, 0));
    require_success(account_open(&limits, 0, &account, &plan.server));
    plan.account = account;
    struct task_gift bell = {"bell", 0};
    require_success(bell_make(1, &bell.value));
    plan.gifts = &bell;
    plan.gift_count = 1;
    require_success(child_run(&plan, &greedy));
    for (uint32_t turn = 0; turn < TURNS; turn++) { /* meanwhile it takes what it gets */
        require_success(server_ask(&honest.server, SERVE_ALLOCATE, 1, 0, NULL));
        require_success(frame_allocate(&frame));
        require_success(frame_drop(frame));
        system_call_yield();
    }
    require(bells_wait(1, greedy));
    struct account_statistics theirs = facts_about(account);
    expect_equal(theirs.used, GREEDY_FRAMES);
    expect_equal(theirs.limit, GREEDY_FRAMES);
    expect_equal(facts_about(honest.account).used, TURNS);
    child_kill(greedy);
    expect_equal(facts_about(account).used, 0);
    require_success(account_close(account, NULL));
    branch_close(&honest);
}

/* It ends by itself, refused for the reason that it is given. */
static void greedy_is_refused(void)
{
    const struct account_limits few_frames = {.frames = 100, .tables = 10};
    const struct account_limits few_tables = {.frames = 200, .tables = 1};
    const struct account_limits *const limits[] = {&few_frames, &few_tables};
    const enum error ends[] = {ERROR_OVER_LIMIT, ERROR_TOO_MANY_TABLES};

    for (uint32_t k = 0; k < 2; k++) {
        struct task_plan plan = child_plan("job=greedy end=1");
        uint32_t account;
        handle task;

        require_success(account_open(limits[k], 0, &account, &plan.server));
        plan.account = account;
        require_success(child_run(&plan, &task));
        child_ends(task, TASK_END_EXITED, ends[k]);
        expect_equal(facts_about(account).used, 0);
        require_success(account_close(account, NULL));
    }
}

static const struct tap_test tests[] = {
    {"greedy_and_honest", greedy_and_honest},
    {"greedy_is_refused", greedy_is_refused},
};

const struct tap_group neighbour_tests = TAP_GROUP("neighbour", tests);
