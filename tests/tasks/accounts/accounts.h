/* What the tests of accounts share. This task's own account is limited: see iso/suites/accounts.cfg. */
#ifndef TESTS_TASKS_ACCOUNTS_ACCOUNTS_H
#define TESTS_TASKS_ACCOUNTS_ACCOUNTS_H

#include "tests/children/server.h"
#include "tests/tasks/child/bare.h"

#include <quire/account.h>
#include <quire/slot.h>
#include <string.h>

extern const struct tap_group limit_tests;
extern const struct tap_group share_tests;
extern const struct tap_group close_tests;
extern const struct tap_group adopt_tests;
extern const struct tap_group holder_tests;
extern const struct tap_group neighbour_tests;
extern const struct tap_group sum_tests;

/* An account of this task's making, and a child that buys in its name. What it is made of, this task has paid. */
struct branch {
    uint32_t account;
    struct server server;
};
bool branch_open(struct branch *branch, uint64_t frames, uint64_t tables);

/* Kills the child, closes the account: then it can't have anything left. */
void branch_close(const struct branch *branch);

/* Opens an account that nobody buys in the name of. */
must_use enum error open_only(uint64_t frames, uint64_t tables, uint32_t *account);

struct account_statistics facts_about(uint32_t account);

/* The last refusal's four members. */
void expect_refusal(uint32_t account, uint64_t limit, uint64_t used, uint64_t asked);

#endif
