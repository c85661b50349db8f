/* Lists: frames go in and come out. */
#include "tests/tasks/check/lists.h"

static void empty(void)
{
    struct frame_facts facts;
    handle list;

    require_success(list_create(&list));
    expect_success(frame_info(list, &facts));
    expect_equal(facts.kind, KIND_LIST);
    expect_equal(facts.reference_count, 1);
    expect_equal(facts.list, 0);
    expect_order(list, NULL, 0);
    expect_success(frame_drop(list));
}

static void first_in_first_out(void)
{
    uint64_t addresses[5];
    handle list;
    handle frame;

    require_success(list_create(&list));
    require_success(list_fill(list, 0, 5, addresses));
    expect_order(list, addresses, 5);
    for (uint32_t i = 0; i < 5; i++) {
        require_success(list_pop_front(list, &frame));
        expect_equal(address_of(frame), addresses[i]);
        expect_order(list, addresses + i + 1, 4 - i);
        expect_success(frame_drop(frame));
    }
    expect_success(frame_drop(list));
}

static void last_in_first_out(void)
{
    uint64_t addresses[5];
    handle list;
    handle frame;

    require_success(list_create(&list));
    for (uint32_t i = 5; i-- > 0;) {
        require_success(frame_allocate_unique(&frame));
        addresses[i] = address_of(frame);
        require_success(list_push_front(list, frame));
        expect_order(list, addresses + i, 5 - i);
    }
    require_success(list_pop_back(list, &frame));
    expect_equal(address_of(frame), addresses[4]);
    expect_success(frame_drop(frame));
    require_success(list_pop_front(list, &frame));
    expect_equal(address_of(frame), addresses[0]);
    expect_order(list, addresses + 1, 3);
    expect_success(frame_drop(frame));
    expect_success(list_clear(list));
    expect_success(frame_drop(list));
}

/* A frame comes out as it went in: unique, with contents and metadata, and paid by the same account. */
static void kept_in_the_list(void)
{
    const uint64_t metadata[MESSAGE_WORDS] = {10, 20, 30, 0, 0};
    struct snapshot before;
    struct snapshot after;
    uint64_t *page;
    handle list;
    handle frame;

    require_success(list_create(&list));
    require_success(allocate_mapped(&frame, &page));
    fill(page, 4711);
    expect_success(frame_unmap(frame));
    expect_success(frame_unique(frame));
    expect_success(frame_set_metadata(frame, metadata));
    before = snapshot(frame);
    require_success(list_push_back(list, frame));
    require_success(list_pop_back(list, &frame));
    after = snapshot(frame);
    expect_equal(after.handle.rights, RIGHTS_FRAME);
    expect_unchanged(frame, &before);
    require_success(frame_map_anywhere(frame, RIGHTS_USE, (void **)&page));
    expect_equal(page[0], 4711);
    expect_equal(page[511], 4711);
    expect_success(frame_drop(frame));
    expect_success(frame_drop(list));
}

/* The member while it is one: nobody has a handle, nobody gets one, and the account still pays. */
static void a_member(void)
{
    struct account_statistics before;
    struct account_statistics after;
    struct handle_facts gone;
    struct frame_facts facts;
    uint64_t address = 0;
    handle list;
    handle frame;
    handle other;

    require_success(list_create(&list));
    require_success(frame_allocate_unique(&frame));
    expect_success(account_statistics(&before));
    address = address_of(frame);
    require_success(list_push_front(list, frame));
    expect_error(system_call_inspect(frame, &gone), ERROR_BAD_HANDLE);
    expect_error(frame_drop(frame), ERROR_BAD_HANDLE);
    expect_success(account_statistics(&after));
    expect_equal(after.used, before.used);
    expect_success(frame_info_at(address, &facts));
    expect_equal(facts.reference_count, REF_COUNT_UNIQUE);
    expect_equal(facts.kind, KIND_UNTYPED);
    expect_equal(facts.payer, start_page()->account);
    expect(facts.list != 0);
    expect_error(frame_claim(address, &other), ERROR_UNIQUE);
    expect_error(frame_lookup(address, RIGHT_READ, &other), ERROR_UNIQUE);
    require_success(list_pop_front(list, &frame));
    expect_success(frame_info(frame, &facts));
    expect_equal(facts.list, 0);
    expect_success(frame_drop(frame));
    expect_success(frame_drop(list));
}

/* The lists' numbers count up, also when the same frame is a list again. */
static void numbers_are_never_reused(void)
{
    uint64_t last = 0;
    handle frame;
    handle list;

    for (uint32_t turn = 0; turn < 4; turn++) {
        struct frame_facts facts;
        uint64_t address = 0;

        require_success(list_create(&list));
        require_success(list_fill(list, 0, 1, &address));
        expect_success(frame_info_at(address, &facts));
        expect(facts.list > last);
        last = facts.list;
        require_success(list_pop_front(list, &frame));
        expect_success(frame_drop(frame));
        expect_success(frame_drop(list));
    }
}

static void contains(void)
{
    uint64_t in_one[3];
    uint64_t in_two = 0;
    handle one;
    handle two;
    handle outsider;
    bool contained = false;

    require_success(list_create(&one));
    require_success(list_create(&two));
    require_success(frame_allocate_unique(&outsider));
    require_success(list_fill(one, 0, 3, in_one));
    require_success(list_fill(two, 0, 1, &in_two));
    for (uint32_t i = 0; i < 3; i++) {
        expect_success(list_contains(one, in_one[i], &contained));
        expect(contained);
        expect_success(list_contains(two, in_one[i], &contained));
        expect(!contained);
    }
    expect_success(list_contains(one, in_two, &contained));
    expect(!contained);
    expect_success(list_contains(one, address_of(outsider), &contained));
    expect(!contained);
    expect_success(list_contains(one, address_of(one), &contained));
    expect(!contained);
    expect_success(list_push_back(two, outsider));
    expect_success(list_pop_back(two, &outsider));
    expect_success(list_contains(two, address_of(outsider), &contained));
    expect(!contained);
    expect_success(frame_drop(outsider));
    expect_success(frame_drop(one));
    expect_success(frame_drop(two));
}

/* From one list to another, and back into the first. */
static void from_list_to_list(void)
{
    uint64_t addresses[2];
    handle one;
    handle two;
    handle frame;

    require_success(list_create(&one));
    require_success(list_create(&two));
    require_success(list_fill(one, 0, 2, addresses));
    for (uint32_t turn = 0; turn < 6; turn++) {
        handle from = turn % 2 == 0 ? one : two;
        handle to = turn % 2 == 0 ? two : one;

        require_success(list_pop_front(from, &frame));
        require_success(list_push_back(to, frame));
        require_success(list_pop_front(from, &frame));
        require_success(list_push_back(to, frame));
        expect_order(from, NULL, 0);
        expect_order(to, addresses, 2);
    }
    expect_success(frame_drop(one));
    expect_success(frame_drop(two));
}

/* Any holder of a handle that may write uses the list; it ends with the last of them. */
static void two_handles(void)
{
    uint64_t addresses[2];
    handle list;
    handle second;
    uint64_t unused;

    require_success(list_create(&list));
    require_success(frame_clone(list, RIGHT_READ | RIGHT_WRITE, &second));
    require_success(list_fill(second, 0, 2, addresses));
    expect_success(frame_drop_run(list, 1, &unused));
    expect_equal(unused, 0);
    expect_order(second, addresses, 2);
    expect_success(frame_drop(second));
    expect_equal(state_at(addresses[0]), REF_COUNT_UNUSED);
    expect_equal(state_at(addresses[1]), REF_COUNT_UNUSED);
}

/* Looks at the ends, and what a look says of a member. */
static void looks(void)
{
    struct list_member member;
    uint64_t addresses[3];
    handle list;

    require_success(list_create(&list));
    require_success(list_fill(list, 40, 3, addresses));
    expect_success(list_front(list, &member));
    expect_equal(member.address, addresses[0]);
    expect_equal(member.length, 3);
    expect_equal(member.metadata[0], 40);
    expect_equal(member.metadata[1], 7);
    expect_equal(member.metadata[2], 8);
    expect_success(list_back(list, &member));
    expect_equal(member.address, addresses[2]);
    expect_equal(member.length, 3);
    expect_equal(member.metadata[0], 42);
    expect_success(frame_drop(list));
}

static const struct tap_test tests[] = {
    {"empty", empty},
    {"first_in_first_out", first_in_first_out},
    {"last_in_first_out", last_in_first_out},
    {"kept_in_the_list", kept_in_the_list},
    {"a_member", a_member},
    {"numbers_are_never_reused", numbers_are_never_reused},
    {"contains", contains},
    {"from_list_to_list", from_list_to_list},
    {"two_handles", two_handles},
    {"looks", looks},
};

const struct tap_group list_tests = TAP_GROUP("list", tests);
