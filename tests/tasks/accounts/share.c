/* Accounts out of accounts: what a child may have, its parent has not any more. */
#include "tests/tasks/accounts/accounts.h"

static void moved_out_and_back(void)
{
    struct account_statistics before = facts_about(0);
    struct account_statistics after;
    uint32_t account;

    require_success(open_only(100, 3, &account));
    after = facts_about(0);
    expect_equal(after.limit, before.limit - 100);
    expect_equal(after.table_limit, before.table_limit - 3);
    expect_equal(after.used, before.used);
    struct account_statistics theirs = facts_about(account);
    expect_equal(theirs.account, account);
    expect_equal(theirs.limit, 100);
    expect_equal(theirs.table_limit, 3);
    expect_equal(theirs.used, 0);
    uint64_t charged = 1;
    require_success(account_close(account, &charged));
    expect_equal(charged, 0);
    after = facts_about(0);
    expect_equal(after.limit, before.limit);
    expect_equal(after.table_limit, before.table_limit);
}

/* To the last frame, and not one more. */
static void all_that_is_left(void)
{
    struct account_statistics own = facts_about(0);
    uint64_t left = own.limit - own.used;
    uint64_t tables = own.table_limit - own.tables_used;
    uint32_t account = 0;

    expect_error(open_only(left + 1, 0, &account), ERROR_OVER_LIMIT);
    expect_refusal(own.account, own.limit, own.used, left + 1);
    expect_error(open_only(1, tables + 1, &account), ERROR_TOO_MANY_TABLES);
    expect_refusal(own.account, own.table_limit, own.tables_used, tables + 1);
    expect_equal(facts_about(0).limit, own.limit);
    expect_equal(facts_about(0).table_limit, own.table_limit);
    require_success(open_only(left, tables, &account));
    handle frame;
    expect_error(frame_allocate(&frame), ERROR_OVER_LIMIT);
    require_success(account_close(account, NULL));
    require_success(frame_allocate(&frame));
    require_success(frame_drop(frame));
}

/* Numbers near 2^64, alone and added to what there is. */
static void overflow(void)
{
    static const uint64_t large[] = {UINT64_MAX,           UINT64_MAX - 1,           UINT64_MAX - 100,
                                     UINT64_C(1) << 63,    (UINT64_C(1) << 63) - 1,  UINT64_C(1) << 32,
                                     UINT64_MAX - 700 + 1, (UINT64_C(1) << 63) + 50, UINT64_C(1) << 40};
    struct account_statistics before = facts_about(0);
    uint32_t account = 0;
    uint32_t good;

    require_success(open_only(10, 1, &good));
    struct account_statistics now = facts_about(0);
    for (size_t k = 0; k < sizeof(large) / sizeof(large[0]); k++) {
        const struct account_limits frames = {.frames = large[k], .tables = 1};
        const struct account_limits tables = {.frames = 10, .tables = large[k]};

        expect_error(open_only(large[k], 0, &account), ERROR_OVER_LIMIT);
        expect_error(open_only(0, large[k], &account), ERROR_TOO_MANY_TABLES);
        expect_error(account_limit(good, &frames), ERROR_OVER_LIMIT);
        expect_error(account_limit(good, &tables), ERROR_TOO_MANY_TABLES);
    }
    expect_equal(facts_about(0).limit, now.limit);
    expect_equal(facts_about(0).table_limit, now.table_limit);
    expect_equal(facts_about(good).limit, 10);
    expect_equal(facts_about(good).table_limit, 1);
    require_success(account_close(good, NULL));
    expect_equal(facts_about(0).limit, before.limit);
}

/* A child opens accounts out of its share: the grandchild's comes out of the child's, not out of this task's. */
static void share_of_a_share(void)
{
    struct branch branch;
    uint64_t words[MESSAGE_WORDS];
    uint64_t own;

    require(branch_open(&branch, 100, 5));
    own = facts_about(0).limit;
    require_success(server_ask(&branch.server, SERVE_OPEN, 60, 2, words));
    uint32_t grandchild = (uint32_t)words[0];
    handle theirs = words[1];
    expect_equal(facts_about(branch.account).limit, 40);
    expect_equal(facts_about(branch.account).table_limit, 3);
    expect_equal(facts_about(grandchild).limit, 60);
    expect_equal(facts_about(0).limit, own);
    expect_error(server_ask(&branch.server, SERVE_OPEN, 41, 0, words), ERROR_OVER_LIMIT);
    require_success(server_ask(&branch.server, SERVE_REFUSAL, 0, 0, words));
    expect_equal(words[0], branch.account);
    expect_equal(words[1], 40);
    expect_equal(words[3], 41);
    for (uint32_t k = 0; k < 3; k++) { /* buying in the grandchild's name */
        words[0] = 99;
        require_success(server_ask(&branch.server, SERVE_CALL_SERVER, theirs, 0, words));
        expect_equal(words[0], ERROR_NONE);
    }
    expect_equal(facts_about(grandchild).used, 3);
    expect_equal(facts_about(branch.account).used, 0);
    /* Limits and closes only by whose account opened it. */
    const struct account_limits limits = {.frames = 10, .tables = 1};
    expect_error(account_limit(grandchild, &limits), ERROR_NO_ACCOUNT);
    expect_error(account_close(grandchild, NULL), ERROR_NO_ACCOUNT);
    require_success(server_ask(&branch.server, SERVE_CLOSE, grandchild, 0, words));
    expect_equal(words[0], 3);
    expect_equal(facts_about(branch.account).limit, 97);
    branch_close(&branch);
}

static void limits_change(void)
{
    struct branch branch;
    uint64_t own = facts_about(0).limit;

    require(branch_open(&branch, 10, 1));
    require_success(server_ask(&branch.server, SERVE_ALLOCATE, 8, 0, NULL));
    struct account_limits limits = {.frames = 20, .tables = 1};
    require_success(account_limit(branch.account, &limits));
    expect_equal(facts_about(branch.account).limit, 20);
    require_success(server_ask(&branch.server, SERVE_ALLOCATE, 12, 0, NULL));
    limits.frames = 19;
    expect_error(account_limit(branch.account, &limits), ERROR_OVER_LIMIT);
    expect_refusal(branch.account, 19, 20, 0);
    expect_equal(facts_about(branch.account).limit, 20);
    limits.frames = own + 1;
    expect_error(account_limit(branch.account, &limits), ERROR_OVER_LIMIT);
    limits.frames = 20;
    require_success(account_limit(branch.account, &limits));
    expect_error(server_ask(&branch.server, SERVE_ALLOCATE, 1, 0, NULL), ERROR_OVER_LIMIT);
    branch_close(&branch);
    expect_equal(facts_about(0).limit, own);
}

static void refusals(void)
{
    static const uint32_t others[] = {0, 1, 2, 3, 250, 255, 256, 100000, UINT32_MAX};
    const struct account_limits limits = {.frames = 1, .tables = 0};
    uint32_t own = facts_about(0).account;
    uint32_t account;
    handle server;

    for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++) {
        expect_error(account_limit(others[k], &limits), ERROR_NO_ACCOUNT);
        expect_error(account_close(others[k], NULL), ERROR_NO_ACCOUNT);
    }
    expect_error(account_limit(own, &limits), ERROR_NO_ACCOUNT);
    expect_error(account_close(own, NULL), ERROR_NO_ACCOUNT);
    expect_error(account_open(&limits, SERVICE_RIGHT_DEVICE, &account, &server), ERROR_BAD_RIGHTS);
    expect_error(account_open(&limits, UINT32_MAX, &account, &server), ERROR_BAD_RIGHTS);
    require_success(account_open(&limits, SERVICE_RIGHT_LOOKUP, &account, &server)); /* which this task has */
    require_success(frame_drop(server));
    require_success(account_close(account, NULL));
    struct account_statistics facts;
    expect_error(account_facts(account, &facts), ERROR_NO_ACCOUNT);
}

static const struct tap_test tests[] = {
    {"moved_out_and_back", moved_out_and_back}, {"all_that_is_left", all_that_is_left}, {"overflow", overflow},
    {"share_of_a_share", share_of_a_share},     {"limits_change", limits_change},       {"refusals", refusals},
};

const struct tap_group share_tests = TAP_GROUP("share", tests);
