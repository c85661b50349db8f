/* The tree of accounts: shares move out of a parent's limit and return, whatever happens in between. */
#include "tests/host/account_calls.h"
#include <stdlib.h>

#define NO_LIMIT ACCOUNT_UNLIMITED

static void destroy(void)
{
    world_check(world);
    world_destroy(world);
}

/* Account 4, with limits, opened by account 1, which has none. */
static uint32_t create_with(uint64_t frames, uint64_t tables)
{
    create();
    return open_account(1, frames, tables);
}

START_TEST(a_share_moves_and_returns)
{
    uint32_t parent = create_with(100, 10);

    ck_assert_uint_eq(parent, 4);
    expect_account(parent, 0, 100, 0, 10);
    uint32_t child = open_account(parent, 30, 3);
    ck_assert_uint_eq(child, 5);
    expect_account(parent, 0, 70, 0, 7);
    expect_account(child, 0, 30, 0, 3);
    ck_assert_uint_eq(close_account(parent, child), 0);
    expect_account(parent, 0, 100, 0, 10);
    expect_account(1, 0, NO_LIMIT, 0, NO_LIMIT);
    destroy();
}
END_TEST

START_TEST(a_child_has_what_its_parent_has_left)
{
    uint32_t parent = create_with(100, 10);
    uint64_t frame = allocate_for(parent);

    succeed(table_call(frame, KIND_HANDLE_TABLE));
    expect_refusal(serve(open_call(parent, 100, 0)), ERROR_OVER_LIMIT, parent, 100, 1, 100);
    expect_refusal(serve(open_call(parent, 99, 10)), ERROR_TOO_MANY_TABLES, parent, 10, 1, 10);
    expect_refusal(serve(open_call(parent, NO_LIMIT, 0)), ERROR_OVER_LIMIT, parent, 100, 1, NO_LIMIT);
    expect_refusal(serve(open_call(parent, 0, NO_LIMIT)), ERROR_TOO_MANY_TABLES, parent, 10, 1, NO_LIMIT);
    expect_refusal(serve(open_call(parent, NO_LIMIT - 1, 0)), ERROR_OVER_LIMIT, parent, 100, 1, NO_LIMIT - 1);
    expect_account(parent, 1, 100, 1, 10);
    uint32_t child = open_account(parent, 99, 9);
    expect_account(parent, 1, 1, 1, 1);
    refused(alloc_call(parent, 1), ERROR_OVER_LIMIT);
    allocate_for(child);
    destroy();
}
END_TEST

START_TEST(open_errors)
{
    uint32_t parent = create_with(100, 10);
    struct call call = open_call(parent, 1, 1);

    call.n = 2;
    refused(call, ERROR_BAD_COUNT);
    call.n = 1;
    call.words[2] = SERVICE_RIGHT_DEVICE; /* which it has not itself */
    refused(call, ERROR_BAD_RIGHTS);
    call.words[2] = UINT64_C(1) << 32;
    refused(call, ERROR_BAD_RIGHTS);
    call.words[2] = 0;
    call.want = ACTION_GRANT;
    refused(call, ERROR_NOT_WANTED);
    call.want = ACTION_MINT;
    call.account = 99;
    refused(call, ERROR_NOT_PERMITTED);
    expect_account(parent, 0, 100, 0, 10);
    destroy();
}
END_TEST

START_TEST(what_unlimited_accounts_pass_on_has_a_sum)
{
    create();
    open_account(1, ACCOUNT_PASSED_MAX - 10, 0);
    expect_refusal(serve(open_call(1, 11, 0)), ERROR_OVER_LIMIT, 1, ACCOUNT_PASSED_MAX, ACCOUNT_PASSED_MAX - 10, 11);
    expect_refusal(serve(open_call(1, 0, ACCOUNT_PASSED_MAX + 1)), ERROR_TOO_MANY_TABLES, 1, ACCOUNT_PASSED_MAX, 0,
                   ACCOUNT_PASSED_MAX + 1);
    uint32_t rest = open_account(1, 10, ACCOUNT_PASSED_MAX);
    refused(limit_call(1, rest, 11, 0), ERROR_OVER_LIMIT);
    succeed(limit_call(1, rest, NO_LIMIT, NO_LIMIT));
    open_account(1, 10, ACCOUNT_PASSED_MAX);
    destroy();
}
END_TEST

START_TEST(a_family_has_its_share_of_the_numbers)
{
    create();
    uint32_t head = open_account(1, 0, 0);
    uint32_t child = open_account(head, 0, 0);
    for (uint32_t k = 2; k < ACCOUNT_FAMILY_MAX; k++)
        open_account(k % 2 == 0 ? head : child, 0, 0);
    refused(open_call(head, 0, 0), ERROR_TOO_MANY_ACCOUNTS);
    refused(open_call(child, 0, 0), ERROR_TOO_MANY_ACCOUNTS);
    open_account(open_account(1, 0, 0), 0, 0); /* another family */
    close_account(head, child);                /* and what it opened */
    open_account(head, 0, 0);
    destroy();
}
END_TEST

START_TEST(all_numbers)
{
    create();
    for (uint32_t k = 4; k < ACCOUNT_SYSTEM; k++)
        expect_eq(open_account(1, 0, 0), k);
    refused(open_call(1, 0, 0), ERROR_TOO_MANY_ACCOUNTS);
    close_account(1, 77);
    expect_eq(open_account(1, 0, 0), ACCOUNTS + 77); /* the same place, another number */
    refused(open_call(1, 0, 0), ERROR_TOO_MANY_ACCOUNTS);
    refused(alloc_call(77, 1), ERROR_NOT_PERMITTED);
    refused(facts_call(1, 77), ERROR_NO_ACCOUNT);
    world->keep->accounts[77].limit = NO_LIMIT;
    allocate_for(ACCOUNTS + 77);
    world->keep->accounts[77].limit = 0;
    destroy();
}
END_TEST

START_TEST(a_place_whose_numbers_are_used_up_stays_empty)
{
    create();
    world->keep->accounts[4].state = account_state(0, ACCOUNT_GENERATIONS - 1, ACCOUNT_NOBODY);
    uint32_t last = open_account(1, 5, 5);
    ck_assert_uint_eq(last, UINT32_MAX - 255 + 4);
    close_account(1, last);
    ck_assert_uint_eq(open_account(1, 5, 5), 5);
    refused(alloc_call(4, 1), ERROR_NOT_PERMITTED);
    refused(alloc_call(last, 1), ERROR_NOT_PERMITTED);
    destroy();
}
END_TEST

START_TEST(other_limits)
{
    uint32_t parent = create_with(100, 10);
    uint32_t child = open_account(parent, 30, 3);
    uint32_t grandchild = open_account(child, 10, 1);

    allocate_for(child);
    succeed(limit_call(parent, child, 50, 5));
    expect_account(parent, 0, 50, 0, 5);
    expect_account(child, 1, 40, 0, 4); /* beside what it passed on */
    expect_refusal(serve(limit_call(parent, child, 10, 5)), ERROR_OVER_LIMIT, child, 10, 11, 0);
    expect_refusal(serve(limit_call(parent, child, 11, 0)), ERROR_TOO_MANY_TABLES, child, 0, 1, 0);
    expect_refusal(serve(limit_call(parent, child, 101, 5)), ERROR_OVER_LIMIT, parent, 50, 0, 51);
    expect_refusal(serve(limit_call(parent, child, 100, 11)), ERROR_TOO_MANY_TABLES, parent, 5, 0, 6);
    refused(limit_call(parent, child, NO_LIMIT, 5), ERROR_OVER_LIMIT);
    refused(limit_call(parent, child, NO_LIMIT - 1, 5), ERROR_OVER_LIMIT);
    expect_account(parent, 0, 50, 0, 5); /* no error changed anything */
    expect_account(child, 1, 40, 0, 4);
    succeed(limit_call(parent, child, 11, 1));
    expect_account(parent, 0, 89, 0, 9);
    expect_account(child, 1, 1, 0, 0);
    succeed(limit_call(child, grandchild, 0, 0));
    expect_account(child, 1, 11, 0, 1);
    succeed(limit_call(parent, child, 100, 10));
    expect_account(parent, 0, 0, 0, 0);
    destroy();
}
END_TEST

START_TEST(only_the_parent_limits_and_closes)
{
    static const uint64_t nobodys[] = {0,         1, 7, ACCOUNT_SYSTEM, ACCOUNTS, UINT32_MAX, UINT64_C(1) << 32 | 4,
                                       UINT64_MAX};
    uint32_t parent = create_with(100, 10);
    uint32_t child = open_account(parent, 30, 3);

    for (uint32_t k = 0; k < sizeof(nobodys) / sizeof(nobodys[0]); k++) {
        refused(limit_call(1, nobodys[k], 1, 1), ERROR_NO_ACCOUNT);
        refused(close_call(1, nobodys[k]), ERROR_NO_ACCOUNT);
    }
    for (uint32_t other = 1; other < child + 1; other++) {
        if (other == parent)
            continue;
        refused(limit_call(other, child, 1, 1), ERROR_NO_ACCOUNT);
        refused(close_call(other, child), ERROR_NO_ACCOUNT);
    }
    refused(limit_call(99, child, 1, 1), ERROR_NOT_PERMITTED);
    refused(close_call(99, child), ERROR_NOT_PERMITTED);
    close_account(parent, child);
    refused(limit_call(parent, child, 1, 1), ERROR_NO_ACCOUNT);
    refused(close_call(parent, child), ERROR_NO_ACCOUNT);
    destroy();
}
END_TEST

START_TEST(from_unlimited_to_limited_and_back)
{
    uint32_t parent = create_with(NO_LIMIT, NO_LIMIT);
    uint32_t child = open_account(parent, 30, 3);
    uint32_t free_child = open_account(parent, NO_LIMIT, 0);

    expect_account(parent, 0, NO_LIMIT, 0, NO_LIMIT);
    expect_refusal(serve(limit_call(1, parent, 100, NO_LIMIT)), ERROR_OVER_LIMIT, parent, 100, 30, NO_LIMIT);
    close_account(parent, free_child);
    refused(limit_call(1, parent, 29, 10),
            ERROR_OVER_LIMIT); /* less than it passed on, although that took nothing away */
    succeed(limit_call(1, parent, 100, 10));
    expect_account(parent, 0, 70, 0, 7);
    close_account(parent, child);
    expect_account(parent, 0, 100, 0, 10); /* and not more */
    child = open_account(parent, 30, 3);
    succeed(limit_call(1, parent, NO_LIMIT, NO_LIMIT));
    close_account(parent, child);
    expect_account(parent, 0, NO_LIMIT, 0, NO_LIMIT);
    succeed(limit_call(1, parent, 50, 5));
    expect_account(parent, 0, 50, 0, 5);
    destroy();
}
END_TEST

START_TEST(a_closed_account_pays_until_the_last_drop)
{
    uint64_t frames[3];
    uint32_t parent = create_with(100, 10);
    uint32_t child = open_account(parent, 30, 3);

    for (uint32_t k = 0; k < 3; k++)
        frames[k] = allocate_for(child);
    succeed(table_call(frames[2], KIND_HANDLE_TABLE));
    ck_assert_uint_eq(close_account(parent, child), 3);
    expect_account(parent, 0, 97, 0, 9);
    refused(alloc_call(child, 1), ERROR_NOT_PERMITTED);
    refused(open_call(child, 0, 0), ERROR_NOT_PERMITTED);
    refused(adopt_call(child, frames[0]), ERROR_NOT_PERMITTED);
    struct message facts = succeed(facts_call(parent, child));
    ck_assert_uint_eq(facts.words[0], child);
    ck_assert_uint_eq(facts.words[1], 3);
    ck_assert_uint_eq(facts.words[2], 3);
    succeed(give_back(frames[0]));
    succeed(give_back(frames[2]));
    expect_account(parent, 0, 99, 0, 10);
    succeed(give_back(frames[1]));
    expect_account(parent, 0, 100, 0, 10);
    refused(facts_call(parent, child), ERROR_NO_ACCOUNT);
    ck_assert_uint_eq(open_account(parent, 0, 0), child + ACCOUNTS);
    destroy();
}
END_TEST

/* What is there is not refused because nobody has fetched it yet. */
START_TEST(what_was_dropped_counts_at_once)
{
    uint32_t parent = create_with(10, 1);
    uint32_t child = open_account(parent, 10, 1);
    uint64_t frame = allocate_for(child);
    uint64_t table = allocate_for(child);

    succeed(table_call(table, KIND_HANDLE_TABLE));
    close_account(parent, child);
    succeed(alloc_call(parent, 8));
    uint64_t next_table = worker->transfer[3];
    expect_refusal(serve(alloc_call(parent, 1)), ERROR_OVER_LIMIT, parent, 8, 8, 1);
    succeed(give_back(frame));
    allocate_for(parent);
    refused(alloc_call(parent, 2), ERROR_OVER_LIMIT);
    refused(table_call(next_table, KIND_HANDLE_TABLE), ERROR_TOO_MANY_TABLES);
    succeed(give_back(table));
    succeed(table_call(next_table, KIND_HANDLE_TABLE));
    allocate_for(parent);
    refused(alloc_call(parent, 1), ERROR_OVER_LIMIT);
    destroy();
}
END_TEST

START_TEST(all_that_descend_are_closed)
{
    uint32_t top = create_with(1000, 100);
    uint32_t a = open_account(top, 500, 50);
    uint32_t b = open_account(a, 300, 30);
    uint32_t c = open_account(b, 200, 20);
    uint32_t other = open_account(b, 50, 5);
    uint64_t frame_of_b = allocate_for(b);
    uint64_t frame_of_c = allocate_for(c);

    succeed(alloc_call(other, 7));
    ck_assert_uint_eq(close_account(b, other), 7);
    ck_assert_uint_eq(close_account(top, a), 9); /* that which was closed before too */
    expect_account(top, 0, 991, 0, 100);
    refused(alloc_call(a, 1), ERROR_NOT_PERMITTED);
    refused(alloc_call(b, 1), ERROR_NOT_PERMITTED);
    refused(alloc_call(c, 1), ERROR_NOT_PERMITTED);
    succeed(give_back(frame_of_b));
    succeed(give_back(frame_of_c));
    expect_account(top, 0, 993, 0, 100);
    destroy();
}
END_TEST

/* A chain of all accounts, each with a frame, is closed at its top. */
START_TEST(the_deepest_tree)
{
    uint64_t frames[ACCOUNTS];
    uint32_t top = create_with(1000, 1000);
    uint32_t last = top;
    uint32_t end = top + ACCOUNT_FAMILY_MAX;

    for (uint32_t k = top; k < end; k++) {
        frames[k] = allocate_for(last);
        if (k + 1 < end)
            last = open_account(last, 1000 - k, 1000 - k);
    }
    ck_assert_uint_eq(close_account(1, top), ACCOUNT_FAMILY_MAX);
    world_check(world);
    for (uint32_t k = end - 1; k >= top; k--)
        succeed(give_back(frames[k]));
    accounts_settle(worker);
    ck_assert_uint_eq(world->keep->accounts[1].passed, 0);
    ck_assert_uint_eq(open_account(1, 0, 0), ACCOUNTS + top);
    destroy();
}
END_TEST

/* The parent of what had no limit neither gets nor loses anything. */
START_TEST(unlimited_accounts_close)
{
    create();
    uint32_t a = open_account(1, NO_LIMIT, NO_LIMIT);
    uint32_t b = open_account(a, NO_LIMIT, 10);
    uint32_t c = open_account(b, 20, 2);

    allocate_for(a);
    allocate_for(b);
    uint64_t frame = allocate_for(c);
    ck_assert_uint_eq(close_account(b, c), 1);
    world_check(world);
    ck_assert_uint_eq(close_account(1, a), 3);
    expect_account(1, 0, NO_LIMIT, 0, NO_LIMIT);
    ck_assert_uint_eq(world->keep->accounts[1].passed, 3);
    succeed(give_back(frame));
    accounts_settle(worker);
    ck_assert_uint_eq(world->keep->accounts[1].passed, 2);
    destroy();
}
END_TEST

START_TEST(a_refused_handle_closes_the_account)
{
    uint32_t parent = create_with(100, 10);
    struct account before = world->keep->accounts[parent];

    refuse(succeed(open_call(parent, 60, 6)), ERROR_OCCUPIED);
    ck_assert_mem_eq(&world->keep->accounts[parent], &before, sizeof(before));
    refused(alloc_call(5, 1), ERROR_NOT_PERMITTED);
    ck_assert_uint_eq(open_account(parent, 100, 10), 5 + ACCOUNTS);
    destroy();
}
END_TEST

/* The handle is one more to the server's endpoint, if somebody gets it. */
START_TEST(minted_handles_are_counted)
{
    uint32_t parent = create_with(100, 10);
    uint64_t endpoint = allocate();
    succeed(table_call(endpoint, KIND_ENDPOINT));
    const struct slot *slot = world_slot(world, endpoint);
    world->keep->endpoint = endpoint + 1;

    uint32_t child = open_account(parent, 60, 6);
    ck_assert_uint_eq(slot->ref_count, 2);
    refused(open_call(parent, 60, 6), ERROR_OVER_LIMIT);
    refused(open_call(99, 60, 6), ERROR_NOT_PERMITTED);
    ck_assert_uint_eq(slot->ref_count, 2);
    refuse(succeed(open_call(parent, 40, 4)), ERROR_OCCUPIED);
    ck_assert_uint_eq(slot->ref_count, 2);
    succeed(give_back(endpoint)); /* the account does not end with the handle */
    ck_assert_uint_eq(slot->ref_count, 1);
    expect_account(child, 0, 60, 0, 6);
    destroy();
}
END_TEST

START_TEST(records_stay_with_their_account)
{
    create();
    uint32_t number = open_account(1, 10, 1);
    world->keep->records[number][0] = 42; /* as a record's end leaves it */
    struct call call = {.operation = MESSAGE_LAST_RECORD, .account = number};
    ck_assert_uint_eq(succeed(call).words[0], 42);
    close_account(1, number);
    refused(call, ERROR_NOT_PERMITTED);
    call.account = open_account(1, 10, 1);
    ck_assert_uint_eq(call.account % ACCOUNTS, number);
    ck_assert_uint_eq(succeed(call).words[0], 0);
    destroy();
}
END_TEST

START_TEST(facts_are_for_those_above)
{
    uint32_t parent = create_with(100, 10);
    uint32_t child = open_account(parent, 30, 3);
    struct call call = facts_call(1, child);

    allocate_for(child);
    for (uint32_t who = 1; who <= child; who++) {
        call.account = who;
        if (who == 2 || who == 3) {
            refused(call, ERROR_NO_ACCOUNT);
            continue;
        }
        struct message message = succeed(call);
        ck_assert_uint_eq(message.words[0], child);
        ck_assert_uint_eq(message.words[1], 1);
        ck_assert_uint_eq(message.words[2], 30);
    }
    call.account = child;
    call.words[1] = parent;
    refused(call, ERROR_NO_ACCOUNT);
    call.services = SERVICE_RIGHT_LOOKUP;
    succeed(call);
    call.words[1] = ACCOUNT_SYSTEM;
    refused(call, ERROR_NO_ACCOUNT);
    call.words[1] = UINT64_C(1) << 32 | child;
    refused(call, ERROR_NO_ACCOUNT);
    destroy();
}
END_TEST

RUN_TESTS("accounts", a_share_moves_and_returns, a_child_has_what_its_parent_has_left, open_errors,
          what_unlimited_accounts_pass_on_has_a_sum, a_family_has_its_share_of_the_numbers,
          a_place_whose_numbers_are_used_up_stays_empty, what_unlimited_accounts_pass_on_has_a_sum, all_numbers,
          a_place_whose_numbers_are_used_up_stays_empty, other_limits, only_the_parent_limits_and_closes,
          from_unlimited_to_limited_and_back, a_closed_account_pays_until_the_last_drop,
          what_was_dropped_counts_at_once, all_that_descend_are_closed, the_deepest_tree, unlimited_accounts_close,
          a_refused_handle_closes_the_account, minted_handles_are_counted, records_stay_with_their_account,
          facts_are_for_those_above)
