/* Accounts that are closed: at once for buyers, step by step for what was bought. */
#include "tests/tasks/accounts/accounts.h"

#define NUMBERS 63 /* that a task of init's can open: with its own, ACCOUNT_FAMILY_MAX of core/account.h */

static void frames_stay_with_holders(void)
{
    struct branch branch;
    uint64_t own = facts_about(0).limit;
    uint64_t charged = 0;

    require(branch_open(&branch, 50, 1));
    require_success(server_ask(&branch.server, SERVE_ALLOCATE, 10, 0, NULL));
    require_success(account_close(branch.account, &charged));
    expect_equal(charged, 10);
    expect_equal(facts_about(0).limit, own - 10);
    expect_error(server_ask(&branch.server, SERVE_ALLOCATE, 1, 0, NULL), ERROR_NOT_PERMITTED);
    expect_error(server_ask(&branch.server, SERVE_OPEN, 0, 0, NULL), ERROR_NOT_PERMITTED);
    expect_success(server_ask(&branch.server, SERVE_NOTHING, 0, 0, NULL)); /* and lives on */
    expect_equal(facts_about(branch.account).used, 10);
    expect_error(account_close(branch.account, NULL), ERROR_NO_ACCOUNT); /* twice */
    server_kill(&branch.server);
    expect_equal(facts_about(0).limit, own);
    struct account_statistics facts;
    expect_error(account_facts(branch.account, &facts), ERROR_NO_ACCOUNT);
}

/* The share comes back frame by frame. */
static void share_returns_as_frames_go(void)
{
    struct branch branch;
    uint64_t words[MESSAGE_WORDS];
    uint64_t own = facts_about(0).limit;

    require(branch_open(&branch, 50, 1));
    handle frames[3];
    for (uint32_t k = 0; k < 3; k++) { /* frames that it bought come here: who holds them does not matter */
        struct endpoint_message message = {.label = SERVE_BUY};

        require_success(endpoint_call(branch.server.desk, &message, 1));
        require(expect_equal(message.count, 1));
        frames[k] = message.first;
    }
    require_success(server_ask(&branch.server, SERVE_STATISTICS, 0, 0, words));
    expect_equal(words[1], 3);
    require_success(account_close(branch.account, NULL));
    for (uint32_t k = 0; k < 3; k++) {
        expect_equal(facts_about(0).limit, own - 3 + k);
        require_success(frame_drop(frames[k]));
    }
    expect_equal(facts_about(0).limit, own);
    server_kill(&branch.server);
}

/* While something is charged to it the number means this account; afterwards never again, though its place is used. */
static void number_is_not_reused(void)
{
    struct branch branch;
    uint32_t other;

    require(branch_open(&branch, 5, 0));
    require_success(server_ask(&branch.server, SERVE_ALLOCATE, 1, 0, NULL));
    require_success(account_close(branch.account, NULL));
    for (uint32_t k = 0; k < 20; k++) {
        require_success(open_only(1, 0, &other));
        expect(other != branch.account);
        require_success(account_close(other, NULL));
    }
    server_kill(&branch.server);
    for (uint32_t k = 0; k < 20; k++) {
        require_success(open_only(1, 0, &other));
        expect(other != branch.account);
        require_success(account_close(other, NULL));
    }
}

/* A handle in the name of an account that is gone buys nothing, whoever has its place by now. */
static void old_handle(void)
{
    const struct account_limits limits = {.frames = 5, .tables = 0};
    struct branch branch;
    uint32_t account;
    uint32_t others[10];
    handle server;

    require_success(account_open(&limits, 0, &account, &server));
    require_success(account_close(account, NULL));
    for (uint32_t k = 0; k < 10; k++) {
        require_success(open_only(5, 0, &others[k]));
    }
    branch.account = account;
    require_success(server_start_in(server, account, &branch.server));
    expect_error(server_ask(&branch.server, SERVE_ALLOCATE, 1, 0, NULL), ERROR_NOT_PERMITTED);
    expect_error(server_ask(&branch.server, SERVE_GROW, 0, 0, NULL), ERROR_NOT_PERMITTED);
    for (uint32_t k = 0; k < 10; k++) {
        expect_equal(facts_about(others[k]).used, 0);
        require_success(account_close(others[k], NULL));
    }
    server_kill(&branch.server);
}

/* With an account all end that descend from it; what they pay for is told in one sum. */
static void with_children(void)
{
    struct branch branch;
    uint64_t words[MESSAGE_WORDS];
    uint64_t own = facts_about(0).limit;
    uint64_t charged = 0;

    require(branch_open(&branch, 100, 1));
    require_success(server_ask(&branch.server, SERVE_OPEN, 40, 0, words));
    uint32_t grandchild = (uint32_t)words[0];
    handle theirs = words[1];
    for (uint32_t k = 0; k < 4; k++) {
        words[0] = 99;
        require_success(server_ask(&branch.server, SERVE_CALL_SERVER, theirs, 0, words));
        expect_equal(words[0], ERROR_NONE);
    }
    require_success(server_ask(&branch.server, SERVE_ALLOCATE, 2, 0, NULL));
    require_success(account_close(branch.account, &charged));
    expect_equal(charged, 6);
    expect_equal(facts_about(0).limit, own - 6);
    require_success(server_ask(&branch.server, SERVE_CALL_SERVER, theirs, 0, words));
    expect_equal(words[0], ERROR_NOT_PERMITTED);
    expect_equal(facts_about(grandchild).used, 4);
    server_kill(&branch.server);
    expect_equal(facts_about(0).limit, own);
}

/* A task gets as many numbers as its family may have, then is refused by name; closed, all come back. */
static void numbers_end(void)
{
    static uint32_t accounts[256];

    for (uint32_t round = 0; round < 2; round++) {
        enum error error = ERROR_NONE;
        uint32_t count = 0;

        while (count < 256 && (error = open_only(1, 0, &accounts[count])) == ERROR_NONE) {
            count++;
        }
        expect_error(error, ERROR_TOO_MANY_ACCOUNTS);
        expect_equal(count, NUMBERS);
        require_success(account_close(accounts[count / 2], NULL));
        require_success(open_only(1, 0, &accounts[count / 2]));
        for (uint32_t k = 0; k < count; k++) {
            require_success(account_close(accounts[k], NULL));
        }
    }
}

static const struct tap_test tests[] = {
    {"frames_stay_with_holders", frames_stay_with_holders},
    {"share_returns_as_frames_go", share_returns_as_frames_go},
    {"number_is_not_reused", number_is_not_reused},
    {"old_handle", old_handle},
    {"with_children", with_children},
    {"numbers_end", numbers_end},
};

const struct tap_group close_tests = TAP_GROUP("close", tests);
