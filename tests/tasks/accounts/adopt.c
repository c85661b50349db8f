/* Frames charged to another account than that which bought them. */
#include "tests/tasks/accounts/accounts.h"

/* A frame that the child bought, and this task holds. */
static bool bought(const struct branch *branch, handle *frame)
{
    struct endpoint_message message = {.label = SERVE_BUY};

    if (!expect_success(endpoint_call(branch->server.desk, &message, 1)) || !expect_equal(message.count, 1)) {
        return false;
    }
    *frame = message.first;
    return true;
}

static uint32_t payer_of(handle frame)
{
    struct frame_facts facts = {0};

    expect_success(frame_info(frame, &facts));
    return facts.payer;
}

static void charge_moves(void)
{
    struct branch branch;
    struct account_statistics own = facts_about(0);
    handle frame;

    require(branch_open(&branch, 10, 0));
    uint64_t before = facts_about(0).used;
    require(bought(&branch, &frame));
    expect_equal(facts_about(branch.account).used, 1);
    expect_equal(facts_about(0).used, before); /* a move does not change who pays */
    uint32_t payer = payer_of(frame);
    expect(payer != own.account);
    require_success(frame_adopt(frame));
    expect_equal(facts_about(branch.account).used, 0);
    expect_equal(facts_about(0).used, before + 1);
    expect(payer_of(frame) != payer);
    require_success(frame_adopt(frame)); /* its own already */
    expect_equal(facts_about(0).used, before + 1);
    require_success(frame_drop(frame));
    expect_equal(facts_about(0).used, before);
    branch_close(&branch);
}

/* Out of an account that is closed: then nothing holds it. */
static void from_closed(void)
{
    struct branch branch;
    handle frame;
    uint64_t limit = facts_about(0).limit;
    uint64_t charged = 0;

    require(branch_open(&branch, 10, 0));
    require(bought(&branch, &frame));
    require_success(account_close(branch.account, &charged));
    expect_equal(charged, 1);
    require_success(frame_adopt(frame));
    expect_equal(facts_about(0).limit, limit);
    struct account_statistics facts;
    expect_error(account_facts(branch.account, &facts), ERROR_NO_ACCOUNT);
    require_success(frame_drop(frame));
    server_kill(&branch.server);
}

static void refusals(void)
{
    struct branch branch;
    handle frame;
    handle weak;
    handle theirs;

    require(branch_open(&branch, 0, 0));
    require_success(frame_allocate(&frame));
    require_success(frame_clone(frame, RIGHTS_FRAME & ~RIGHT_OWNER, &weak));
    expect_error(frame_adopt(weak), ERROR_MISSING_RIGHT);
    require_success(frame_drop(weak));
    expect_error(frame_adopt(weak), ERROR_BAD_HANDLE);
    expect_error(frame_adopt(frame_server()), ERROR_MISSING_RIGHT);
    uint32_t payer = payer_of(frame);
    require_success(frame_clone(frame, RIGHTS_FRAME, &weak));
    require_success(server_give(&branch.server, weak, &theirs));
    expect_error(server_ask(&branch.server, SERVE_ADOPT, theirs, 0, NULL), ERROR_OVER_LIMIT); /* it may have none */
    uint64_t words[MESSAGE_WORDS];
    require_success(server_ask(&branch.server, SERVE_REFUSAL, 0, 0, words));
    expect_equal(words[0], branch.account);
    expect_equal(words[1], 0);
    expect_equal(words[3], 1);
    expect_equal(payer_of(frame), payer);
    branch_close(&branch);
    require_success(frame_drop(frame));
}

/* A handle table counts as such for who adopts it. */
static void tables(void)
{
    struct branch branch;
    handle table;
    handle theirs;

    require(branch_open(&branch, 5, 0));
    require_success(object_make(KIND_HANDLE_TABLE, &table));
    uint64_t own = facts_about(0).tables_used;
    require_success(server_give(&branch.server, table, &theirs));
    expect_error(server_ask(&branch.server, SERVE_ADOPT, theirs, 0, NULL), ERROR_TOO_MANY_TABLES);
    expect_equal(facts_about(0).tables_used, own);
    const struct account_limits more = {.frames = 5, .tables = 1};
    require_success(account_limit(branch.account, &more));
    require_success(server_ask(&branch.server, SERVE_ADOPT, theirs, 0, NULL));
    expect_equal(facts_about(0).tables_used, own - 1);
    expect_equal(facts_about(branch.account).tables_used, 1);
    expect_equal(facts_about(branch.account).used, 1);
    branch_close(&branch);
}

static void unique(void)
{
    struct branch branch;
    handle frame;
    handle theirs;

    require(branch_open(&branch, 5, 0));
    require_success(frame_allocate_unique(&frame));
    require_success(server_give(&branch.server, frame, &theirs));
    require_success(server_ask(&branch.server, SERVE_ADOPT, theirs, 0, NULL));
    expect_equal(facts_about(branch.account).used, 1);
    branch_close(&branch);
}

static const struct tap_test tests[] = {
    {"charge_moves", charge_moves},
    {"from_closed", from_closed},
    {"refusals", refusals},
    {"tables", tables},
    {"unique", unique},
};

const struct tap_group adopt_tests = TAP_GROUP("adopt", tests);
