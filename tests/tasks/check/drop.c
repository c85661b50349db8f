/* Handles given back. */
#include "tests/tasks/check/check.h"

#include <quire/account.h>

static void twice(void)
{
    handle frame;

    require_success(frame_allocate(&frame));
    expect_success(frame_drop(frame));
    expect_error(frame_drop(frame), ERROR_BAD_HANDLE);
    require_success(frame_allocate_run(3, &frame));
    expect_success(frame_drop_run(frame, 3, NULL));
    expect_error(frame_drop_run(frame, 3, NULL), ERROR_BAD_HANDLE);
}

/* The last handle to an endpoint goes as that to any frame, and who can still call there learns that nobody can receive. */
static void of_an_endpoint(void)
{
    handle endpoint;
    handle caller;
    uint64_t unused = 9;

    require_success(endpoint_make(&endpoint));
    require_success(frame_clone(endpoint, RIGHT_CALL, &caller));
    expect_success(frame_drop_run(endpoint, 1, &unused));
    expect_equal(unused, 0);
    expect_error((enum error)call_0(caller, 0).status, ERROR_NO_SERVER);
    expect_success(frame_drop_run(caller, 1, &unused));
    expect_equal(unused, 1);
}

/* The entry of a handle that was revoked is used again once it was dropped. */
static void of_a_revoked_handle(void)
{
    uint32_t entries = own_entries_used();
    handle frame;
    handle copy;
    uint64_t taken = 0;

    require_success(frame_allocate(&frame));
    require_success(frame_clone(frame, RIGHT_READ, &copy));
    expect_success(frame_revoke(frame, &taken));
    expect_equal(taken, 1);
    expect_error(frame_drop(copy), ERROR_BAD_HANDLE);
    expect_equal(own_entries_used(), entries + 1);
    expect_error(frame_drop(0), ERROR_BAD_HANDLE);
    expect_success(frame_drop(frame));
    expect_equal(own_entries_used(), entries);
}

static void run_counts_last_handles(void)
{
    handle first;
    handle copy;
    uint64_t unused;

    require_success(frame_allocate_run(4, &first));
    require_success(frame_clone(handle_of_run(first, 2), RIGHT_READ, &copy));
    expect_success(frame_drop_run(first, 4, &unused));
    expect_equal(unused, 3);
    expect_success(frame_drop_run(copy, 1, &unused));
    expect_equal(unused, 1);
}

/* A run with a gap in it is refused whole: what could be dropped is still held. */
static void run_with_a_gap(void)
{
    struct handle_facts facts;
    handle first;

    require_success(frame_allocate_run(4, &first));
    expect_success(frame_drop(handle_of_run(first, 2)));
    expect_error(frame_drop_run(first, 4, NULL), ERROR_BAD_HANDLE);
    for (uint32_t i = 0; i < 4; i++) {
        expect_error(system_call_inspect(handle_of_run(first, i), &facts), i == 2 ? ERROR_BAD_HANDLE : ERROR_NONE);
    }
    expect_success(frame_drop_run(first, 2, NULL));
    expect_success(frame_drop(handle_of_run(first, 3)));
}

/* A run that ends in handles of another message is stale there. */
static void run_of_two_messages(void)
{
    handle first;
    handle second;

    require_success(frame_allocate_run(2, &first));
    require_success(frame_allocate(&second));
    require(handle_index(second) == handle_index(first) + 2);
    expect_error(frame_drop_run(first, 3, NULL), ERROR_STALE_HANDLE);
    expect_success(frame_drop_run(first, 2, NULL));
    expect_success(frame_drop(second));
}

static void bad_counts(void)
{
    struct snapshot before;
    handle frame;

    require_success(frame_allocate(&frame));
    before = snapshot(frame);
    expect_error(frame_drop_run(frame, 0, NULL), ERROR_BAD_COUNT);
    expect_error(frame_drop_run(frame, 513, NULL), ERROR_BAD_COUNT);
    expect_error(frame_drop_run(frame, UINT16_MAX, NULL), ERROR_BAD_COUNT);
    expect_error(frame_drop_run(frame, UINT32_MAX, NULL), ERROR_BAD_COUNT);
    expect_unchanged(frame, &before);
    expect_success(frame_drop(frame));
}

/* Drop takes the mapping away; the address is free for another. */
static void unmaps(void)
{
    handle first;
    handle second;
    uint64_t *page;
    uint64_t address;

    require_success(allocate_mapped(&first, &page));
    require_success(frame_allocate(&second));
    address = (uint64_t)page;
    page[0] = 1;
    expect_error(frame_map(second, address, RIGHTS_USE), ERROR_OCCUPIED);
    expect_success(frame_drop(first));
    require_success(frame_map(second, address, RIGHTS_USE));
    expect_equal(page[0], 0);
    expect_success(frame_drop(second));
}

static void of_a_table(void)
{
    struct frame_facts facts;
    handle frame;
    uint64_t unused;

    require_success(frame_allocate(&frame));
    require_success(frame_repurpose(frame, KIND_PAGE_TABLE));
    expect_success(frame_info(frame, &facts));
    expect_success(frame_drop_run(frame, 1, &unused));
    expect_equal(unused, 1);
    expect_success(frame_info_at(facts.address, &facts));
    expect_equal(facts.reference_count, REF_COUNT_UNUSED);
    expect_equal(facts.kind, KIND_NONE);
}

static const struct tap_test tests[] = {
    {"twice", twice},
    {"run_counts_last_handles", run_counts_last_handles},
    {"run_with_a_gap", run_with_a_gap},
    {"run_of_two_messages", run_of_two_messages},
    {"bad_counts", bad_counts},
    {"of_an_endpoint", of_an_endpoint},
    {"of_a_revoked_handle", of_a_revoked_handle},
    {"unmaps", unmaps},
    {"of_a_table", of_a_table},
};

const struct tap_group drop_tests = TAP_GROUP("drop", tests);
