/* Who holds what an account pays for. */
#include "tests/tasks/accounts/accounts.h"

/* All of them, with the names of their holders; each is found once, and there is an end. */
static void names_holders(void)
{
    struct branch branch;
    struct account_holder holder;
    uint64_t address = 0;
    uint64_t last = 0;
    uint32_t found = 0;
    uint32_t mine = 0;
    enum error error;

    require(branch_open(&branch, 30, 0));
    require_success(server_ask(&branch.server, SERVE_ALLOCATE, 7, 0, NULL));
    struct endpoint_message message = {.label = SERVE_BUY};
    require_success(endpoint_call(branch.server.desk, &message, 1)); /* one that is here now */
    while ((error = account_next_holder(branch.account, &address, &holder)) == ERROR_NONE) {
        bool here = strcmp(holder.name, start_page()->name) == 0;

        expect(here || strcmp(holder.name, "child") == 0);
        expect_equal(holder.handles, 1);
        expect(holder.address > last || found == 0);
        expect_equal(address, holder.address + FRAME_SIZE);
        last = holder.address;
        found++;
        mine += here;
        require(expect(found <= 8));
    }
    expect_error(error, ERROR_OUT_OF_BOUND);
    expect_equal(found, 8);
    expect_equal(mine, 1);
    struct frame_facts facts = {0};
    require_success(frame_info(message.first, &facts));
    handle copy;
    require_success(frame_clone(message.first, RIGHT_READ, &copy));
    address = facts.address;
    require_success(account_next_holder(branch.account, &address, &holder));
    expect_equal(holder.address, facts.address);
    expect_equal(holder.handles, 2);
    require_success(frame_drop(copy));
    require_success(frame_drop(message.first));
    branch_close(&branch);
}

/* Frames in a list, and parts of a task, are somebody's too: they have an address, at least. */
static void finds_all_charged(void)
{
    uint64_t own = facts_about(0).used;
    uint64_t address = 0;
    uint64_t found = 0;
    struct account_holder holder;
    enum error error;

    while ((error = account_next_holder(0, &address, &holder)) == ERROR_NONE) {
        found++;
    }
    expect_error(error, ERROR_OUT_OF_BOUND);
    expect_equal(found, own);
}

static void refusals(void)
{
    struct account_holder holder;
    uint64_t address = 0;

    expect_error(account_next_holder(100000, &address, &holder), ERROR_NO_ACCOUNT);
    address = 1;
    expect_error(account_next_holder(0, &address, &holder), ERROR_NOT_ALIGNED);
    address = UINT64_C(1) << 50;
    expect_error(account_next_holder(0, &address, &holder), ERROR_OUT_OF_BOUND);
    expect_equal(address, UINT64_C(1) << 50);
}

static const struct tap_test tests[] = {
    {"names_holders", names_holders},
    {"finds_all_charged", finds_all_charged},
    {"refusals", refusals},
};

const struct tap_group holder_tests = TAP_GROUP("holder", tests);
