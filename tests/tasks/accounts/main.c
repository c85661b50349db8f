/* Tests of accounts: limits, shares, who holds what; what closing and adopting do. */
#include "tests/tasks/accounts/accounts.h"

bool branch_open(struct branch *branch, uint64_t frames, uint64_t tables)
{
    const struct account_limits limits = {.frames = frames, .tables = tables};
    handle server;

    return expect_success(account_open(&limits, 0, &branch->account, &server)) &&
           expect_success(server_start_in(server, branch->account, &branch->server));
}

void branch_close(const struct branch *branch)
{
    uint64_t charged = 1;

    server_kill(&branch->server);
    expect_success(account_close(branch->account, &charged));
    expect_equal(charged, 0);
}

must_use enum error open_only(uint64_t frames, uint64_t tables, uint32_t *account)
{
    const struct account_limits limits = {.frames = frames, .tables = tables};
    handle server;
    enum error error = account_open(&limits, 0, account, &server);

    return error != ERROR_NONE ? error : frame_drop(server);
}

struct account_statistics facts_about(uint32_t account)
{
    struct account_statistics facts = {0};

    expect_success(account_facts(account, &facts));
    return facts;
}

void expect_refusal(uint32_t account, uint64_t limit, uint64_t used, uint64_t asked)
{
    struct refusal last = last_refusal();

    expect_equal(last.account, account);
    expect_equal(last.limit, limit);
    expect_equal(last.used, used);
    expect_equal(last.asked, asked);
}

int main(void)
{
    static const struct tap_group *const groups[] = {
        &limit_tests, &share_tests, &close_tests, &adopt_tests, &holder_tests, &neighbour_tests, &sum_tests,
    };

    if (!children_initialise()) {
        return 1;
    }
    tap_run(groups, sizeof(groups) / sizeof(groups[0]));
}
