/* Accounts, adopted frames, handle tables and revoked handles, killed between any two instructions: shares are neither
 * lost nor doubled. */
#include "servers/frameserv/core/dispatch.h"
#include "servers/frameserv/core/holders.h"
#include "tests/host/kill.h"

/* What account 4 and all below it have together, whatever happens: frames, and tables. */
#define WHOLE_FRAMES 100
#define WHOLE_TABLES 10

static const struct account_terms whole_terms = {.limits = {WHOLE_FRAMES, WHOLE_TABLES}};

static uint32_t open_account(uint32_t parent, uint64_t frames, uint64_t tables)
{
    const struct account_terms terms = {.limits = {frames, tables}};
    uint32_t number = 0;

    reversal_clear(worker);
    ck_assert_int_eq(accounts_open(worker, parent, &terms, &number), ERROR_NONE);
    return number;
}

/* world_check compares each account with its children; so only the top one's own is left to compare. */
static void check_whole(void)
{
    const struct account *top = &world->keep->accounts[4];

    check_recovered();
    expect_eq(top->limit + top->passed, WHOLE_FRAMES);
    expect_eq(top->tables.limit + top->tables.passed, WHOLE_TABLES);
}

static void create_accounts(void)
{
    create();
    check_further = NULL;
    ck_assert_uint_eq(open_account(1, WHOLE_FRAMES, WHOLE_TABLES), 4);
    check_further = check_whole;
}

/* A frame of an account, of a kind, with one handle. */
static uint64_t own_frame(uint32_t account, enum kind kind)
{
    bool changes_kind;
    uint64_t frame;

    ck_assert_int_eq(frames_allocate(worker, account, &frame), ERROR_NONE);
    handles[frame] = 1;
    if (kind != KIND_UNTYPED)
        ck_assert_int_eq(frames_repurpose(worker, frame, kind, &changes_kind), ERROR_NONE);
    kinds[frame] = kind;
    return frame;
}

static void drop(uint64_t frame)
{
    handles[frame] = 0;
    frames_drop(worker, frame);
}

static void check_account(uint32_t place, uint64_t limit, uint64_t tables)
{
    ck_assert_uint_eq(world->keep->accounts[place].limit, limit);
    ck_assert_uint_eq(world->keep->accounts[place].tables.limit, tables);
}

/* Until the kernel has accepted the handle, a kill closes the account again. */
static void check_closed_again(void)
{
    check_whole();
    check_account(4, WHOLE_FRAMES, WHOLE_TABLES);
}

START_TEST(opened)
{
    const struct account_terms terms = {.limits = {30, 3}};
    uint32_t number;
    enum error error;

    create_accounts();
    check_further = check_closed_again;
    KILL_ANYWHERE(error = accounts_open(worker, 4, &terms, &number));
    ck_assert_int_eq(error, ERROR_NONE);
    check_account(4, WHOLE_FRAMES - 30, WHOLE_TABLES - 3);
    KILL_ANYWHERE_AFTER(true, accounts_take_back(worker)); /* the kernel refused the handle */
    check_closed_again();
    KILL_ANYWHERE(error = accounts_open(worker, 4, &terms, &number));
    check_further = check_whole;
    worker->control->intent = 0; /* the kernel accepted it */
    restart();
    check_account(4, WHOLE_FRAMES - 30, WHOLE_TABLES - 3);
    KILL_ANYWHERE(error = accounts_open(worker, 4, &whole_terms, &number));
    ck_assert_int_eq(error, ERROR_OVER_LIMIT);
    check_account(4, WHOLE_FRAMES - 30, WHOLE_TABLES - 3);
    check_whole();
    world_destroy(world);
}
END_TEST

/* The same by message, with the count of handles to the server's own endpoint. */
START_TEST(opened_by_message)
{
    const struct message call = {.rax = rax_make(ERROR_NONE, ACTION_MINT, MODE_NONE, 1, 0),
                                 .rdi = badge_make(4, 0),
                                 .rsi = MESSAGE_ACCOUNT_OPEN,
                                 .words = {30, 3, 0}};
    struct message message = call;

    create_accounts();
    world->keep->endpoint = own_frame(4, KIND_ENDPOINT) + 1;
    check_further = check_closed_again;
    KILL_ANYWHERE(dispatch(worker, &message));
    ck_assert_int_eq(message.rsi, ERROR_NONE);
    check_account(4, WHOLE_FRAMES - 30, WHOLE_TABLES - 3);
    message.rax = ERROR_OCCUPIED;
    KILL_ANYWHERE_AFTER(true, dispatch_refused(worker, &message));
    check_closed_again();
    message = call;
    message.words[0] = WHOLE_FRAMES + 1;
    KILL_ANYWHERE(dispatch(worker, &message));
    ck_assert_int_eq(message.rsi, ERROR_OVER_LIMIT);
    check_closed_again();
    world_destroy(world);
}
END_TEST

START_TEST(limited)
{
    const struct account_terms more = {.limits = {50, 5}};
    const struct account_terms less = {.limits = {20, 1}};
    enum error error;

    create_accounts();
    uint32_t child = open_account(4, 30, 3);
    open_account(child, 10, 1);
    KILL_ANYWHERE(error = accounts_limit(worker, 4, child, &more));
    ck_assert_int_eq(error, ERROR_NONE);
    check_account(4, 50, 5);
    check_account(child, 40, 4);
    KILL_ANYWHERE(error = accounts_limit(worker, 4, child, &less));
    ck_assert_int_eq(error, ERROR_NONE);
    check_account(4, 80, 9);
    KILL_ANYWHERE(error = accounts_limit(worker, 4, child, &(const struct account_terms){.limits = {9, 1}}));
    ck_assert_int_eq(error, ERROR_OVER_LIMIT);
    check_account(4, 80, 9);
    world_destroy(world);
}
END_TEST

START_TEST(closed_and_settled)
{
    uint64_t charged;
    enum error error;

    create_accounts();
    uint32_t child = open_account(4, 40, 4);
    uint32_t grandchild = open_account(child, 20, 2);
    uint32_t other = open_account(child, 10, 1);
    uint64_t table = own_frame(grandchild, KIND_HANDLE_TABLE);
    uint64_t frame = own_frame(other, KIND_UNTYPED);
    own_frame(child, KIND_UNTYPED);
    check_whole();
    KILL_ANYWHERE(error = accounts_close(worker, child, other, &charged));
    ck_assert_int_eq(error, ERROR_NONE);
    ck_assert_uint_eq(charged, 1);
    KILL_ANYWHERE(error = accounts_close(worker, 4, child, &charged));
    ck_assert_int_eq(error, ERROR_NONE);
    ck_assert_uint_eq(charged, 3);
    check_account(4, WHOLE_FRAMES - 3, WHOLE_TABLES - 1);
    drop(table);
    KILL_ANYWHERE(accounts_settle(worker));
    check_account(4, WHOLE_FRAMES - 2, WHOLE_TABLES);
    drop(frame);
    KILL_ANYWHERE(accounts_settle(worker));
    check_account(4, WHOLE_FRAMES - 1, WHOLE_TABLES);
    check_whole();
    world_destroy(world);
}
END_TEST

/* A close that a kill cut off is done again. */
static uint32_t child_to_close;
static uint32_t lowest; /* that descends from it, and has nobody below */

static void check_close_again(void)
{
    uint64_t charged;

    check_whole();
    if (account_is_open(world->keep->accounts[lowest].state)) /* then nothing of it is gone */
        check_account(lowest, 10, 1);
    reversal_clear(worker);
    (void)!accounts_close(worker, 4, child_to_close, &charged); /* NoAccount: it was done */
    check_whole();
    check_account(4, WHOLE_FRAMES - 3, WHOLE_TABLES - 1);
}

START_TEST(closed_again)
{
    uint64_t charged;
    enum error error;

    create_accounts();
    child_to_close = open_account(4, 40, 4);
    uint32_t grandchild = open_account(child_to_close, 20, 2);
    lowest = open_account(grandchild, 10, 1);
    own_frame(grandchild, KIND_HANDLE_TABLE);
    own_frame(lowest, KIND_UNTYPED);
    own_frame(child_to_close, KIND_UNTYPED);
    check_further = check_close_again;
    KILL_ANYWHERE(error = accounts_close(worker, 4, child_to_close, &charged));
    ck_assert_int_eq(error, ERROR_NONE);
    world_destroy(world);
}
END_TEST

START_TEST(adopted)
{
    enum error error;

    create_accounts();
    uint32_t child = open_account(4, 2, 1);
    uint64_t frame = own_frame(4, KIND_UNTYPED);
    uint64_t table = own_frame(4, KIND_HANDLE_TABLE);
    KILL_ANYWHERE(error = frames_adopt(worker, frame, child));
    ck_assert_int_eq(error, ERROR_NONE);
    KILL_ANYWHERE(error = frames_adopt(worker, table, child));
    ck_assert_int_eq(error, ERROR_NONE);
    ck_assert_uint_eq(world->keep->accounts[child].used, 2);
    ck_assert_uint_eq(world->keep->accounts[child].tables.used, 1);
    uint64_t third = own_frame(4, KIND_UNTYPED);
    KILL_ANYWHERE(error = frames_adopt(worker, third, child));
    ck_assert_int_eq(error, ERROR_OVER_LIMIT);
    check_whole();
    world_destroy(world);
}
END_TEST

START_TEST(tables)
{
    bool changes_kind;
    enum error error;

    create_accounts();
    uint64_t frame = own_frame(4, KIND_UNTYPED);
    KILL_ANYWHERE(error = frames_repurpose(worker, frame, KIND_HANDLE_TABLE, &changes_kind));
    ck_assert_int_eq(error, ERROR_NONE);
    KILL_ANYWHERE_AFTER(true, frames_take_back_kind(worker));
    ck_assert_uint_eq(world->keep->accounts[4].tables.used, 0);
    ck_assert_int_eq(frames_repurpose(worker, frame, KIND_HANDLE_TABLE, &changes_kind), ERROR_NONE);
    kinds[frame] = KIND_HANDLE_TABLE;
    check_whole();
    KILL_ANYWHERE(error = frames_repurpose(worker, frame, KIND_UNTYPED, &changes_kind));
    ck_assert_int_eq(error, ERROR_NONE);
    KILL_ANYWHERE_AFTER(true, frames_take_back_kind(worker));
    ck_assert_uint_eq(world->keep->accounts[4].tables.used, 1);
    handles[frame] = 0;
    KILL_ANYWHERE(frames_drop(worker, frame));
    ck_assert_uint_eq(world->keep->accounts[4].tables.used, 0);
    uint64_t task = own_frame(4, KIND_UNTYPED);
    KILL_ANYWHERE(error = frames_repurpose(worker, task, KIND_TASK, &changes_kind));
    ck_assert_int_eq(error, ERROR_NONE);
    KILL_ANYWHERE_AFTER(true, frames_take_back_kind(worker));
    check_whole();
    world_destroy(world);
}
END_TEST

/* The kernel's part of a revoke: handles have left their tables before the server knows it. */
static uint64_t revoked_frame;

static enum error strip(uint64_t *taken, uint64_t *left, uint64_t *total)
{
    *taken = handles[revoked_frame] - 1 < 32 ? handles[revoked_frame] - 1 : 32;
    handles[revoked_frame] -= *taken;
    *left = handles[revoked_frame];
    *total = 70 - handles[revoked_frame];
    return ERROR_NONE;
}

START_TEST(revoked)
{
    static const struct kernel_calls kernel = {.strip = strip};
    uint64_t taken;
    uint64_t left;
    enum error error;

    create_accounts();
    worker->kernel = &kernel;
    revoked_frame = own_frame(4, KIND_UNTYPED);
    handles[revoked_frame] = 70;
    world_slot(world, revoked_frame)->ref_count = 70;
    KILL_ANYWHERE(error = holders_revoke(worker, revoked_frame, &taken, &left));
    ck_assert_int_eq(error, ERROR_NONE);
    ck_assert_uint_eq(taken, 69);
    check_whole();
    world_destroy(world);
}
END_TEST

RUN_TESTS_WITHIN(300, "kill_accounts", opened, opened_by_message, limited, closed_and_settled, closed_again, adopted,
                 tables, revoked)
