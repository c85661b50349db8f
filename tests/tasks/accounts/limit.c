/* Limits are kept to the frame, and who is refused learns why. */
#include "tests/tasks/accounts/accounts.h"

/* What a child was told of its last refusal. */
static void expect_their_refusal(const struct branch *branch, uint64_t limit, uint64_t used, uint64_t asked)
{
    uint64_t words[MESSAGE_WORDS];

    if (expect_success(server_ask(&branch->server, SERVE_REFUSAL, 0, 0, words))) {
        expect_equal(words[0], branch->account);
        expect_equal(words[1], limit);
        expect_equal(words[2], used);
        expect_equal(words[3], asked);
    }
}

static void frames_exactly(void)
{
    struct branch branch;
    uint64_t words[MESSAGE_WORDS];

    require(branch_open(&branch, 20, 0));
    require_success(server_ask(&branch.server, SERVE_ALLOCATE, 20, 0, words));
    expect_equal(facts_about(branch.account).used, 20);
    expect_error(server_ask(&branch.server, SERVE_ALLOCATE, 1, 0, words), ERROR_OVER_LIMIT);
    expect_equal(words[0], 0);
    expect_their_refusal(&branch, 20, 20, 1);
    expect_equal(facts_about(branch.account).used, 20);
    branch_close(&branch);
}

static void nothing_at_all(void)
{
    struct branch branch;

    require(branch_open(&branch, 0, 0));
    expect_error(server_ask(&branch.server, SERVE_ALLOCATE, 1, 0, NULL), ERROR_OVER_LIMIT);
    expect_error(server_ask(&branch.server, SERVE_GROW, 0, 0, NULL), ERROR_OVER_LIMIT);
    expect_success(server_ask(&branch.server, SERVE_NOTHING, 0, 0, NULL));
    branch_close(&branch);
}

/* A handle table is a frame and a table; refused as the latter it is not kept as the former. */
static void tables_exactly(void)
{
    struct branch branch;

    require(branch_open(&branch, 20, 2));
    require_success(server_ask(&branch.server, SERVE_GROW, 0, 0, NULL));
    require_success(server_ask(&branch.server, SERVE_GROW, 0, 0, NULL));
    expect_error(server_ask(&branch.server, SERVE_GROW, 0, 0, NULL), ERROR_TOO_MANY_TABLES);
    expect_their_refusal(&branch, 2, 2, 1);
    struct account_statistics facts = facts_about(branch.account);
    expect_equal(facts.used, 2);
    expect_equal(facts.tables_used, 2);
    expect_equal(facts.table_limit, 2);
    branch_close(&branch);
}

/* This task's own account, filled but for a few frames. */
struct filling {
    handle runs[4];
    uint32_t counts[4];
    uint32_t count;
};

static bool fill_own(struct filling *filling, uint64_t leave)
{
    for (filling->count = 0; filling->count < 4; filling->count++) {
        struct account_statistics own = facts_about(0);
        uint64_t surplus = own.limit - own.used - leave;
        uint32_t part = surplus < 300 ? (uint32_t)surplus : 300;

        if (surplus == 0) {
            return true;
        }
        filling->counts[filling->count] = part;
        if (!expect_success(frame_allocate_run(part, &filling->runs[filling->count]))) {
            return false;
        }
    }
    return expect(filling->count < 4);
}

static void empty_own(const struct filling *filling)
{
    for (uint32_t k = 0; k < filling->count; k++) {
        expect_success(frame_drop_run(filling->runs[k], filling->counts[k], NULL));
    }
}

/* All of a run or none of it, by any way to ask. */
static void runs(void)
{
    struct filling filling;
    handle run;
    handle one;

    require(fill_own(&filling, 10));
    struct account_statistics own = facts_about(0);
    expect_equal(own.limit - own.used, 10);
    expect_error(frame_allocate_run(11, &run), ERROR_OVER_LIMIT);
    expect_refusal(own.account, own.limit, own.used, 11);
    expect_error(frame_allocate_with(11, ALLOC_CONTIGUOUS, &run), ERROR_OVER_LIMIT);
    expect_equal(facts_about(0).used, own.used);
    require_success(frame_allocate_run(10, &run));
    expect_error(frame_allocate(&one), ERROR_OVER_LIMIT);
    expect_refusal(own.account, own.limit, own.limit, 1);
    expect_error(frame_allocate_unique(&one), ERROR_OVER_LIMIT);
    expect_error(frame_allocate_with(1, ALLOC_LOW, &one), ERROR_OVER_LIMIT);
    require_success(frame_drop_run(run, 10, NULL));
    empty_own(&filling);
}

/* What a task is made of has to be there: else nothing is left of it. */
static void task_too_large(void)
{
    struct task_plan plan = child_plan("job=exit");
    struct filling filling;
    handle task;
    uint64_t entry;

    for (uint64_t leave = 0; leave < 30; leave += 3) {
        require(fill_own(&filling, leave));
        uint64_t before = free_frames();
        uint64_t used = facts_about(0).used;
        expect_error(child_make(&plan, &task, &entry), ERROR_OVER_LIMIT);
        expect_equal(free_frames(), before);
        expect_equal(facts_about(0).used, used);
        empty_own(&filling);
    }
    require_success(child_start("job=exit", &task));
    child_ends(task, TASK_END_EXITED, 0);
}

static const struct tap_test tests[] = {
    {"frames_exactly", frames_exactly}, {"nothing_at_all", nothing_at_all},
    {"tables_exactly", tables_exactly}, {"runs", runs},
    {"task_too_large", task_too_large},
};

const struct tap_group limit_tests = TAP_GROUP("limit", tests);
