/* The end of a list: what is in it goes with it, a bounded number of frames at a time. */
#include "tests/tasks/check/lists.h"

#define MANY 200 /* more than three shares of LIST_CLEAR_FRAMES */

static uint64_t addresses[MANY];

static uint64_t free_frames(void)
{
    struct machine_statistics machine = {0};

    expect_success(machine_statistics(&machine));
    expect_equal(machine.free + machine.in_use, machine.usable);
    return machine.free;
}

static void dropped_with_its_members(void)
{
    uint64_t before = free_frames();
    handle list;

    require_success(list_create(&list));
    require_success(list_fill(list, 0, 20, addresses));
    expect_equal(free_frames(), before - 21);
    expect_success(frame_drop(list));
    expect_equal(free_frames(), before);
    for (uint32_t i = 0; i < 20; i++) {
        expect_equal(state_at(addresses[i]), REF_COUNT_UNUSED);
    }
}

static void cleared(void)
{
    uint64_t before = free_frames();
    uint64_t left = MANY;
    handle list;

    require_success(list_create(&list));
    require_success(list_fill(list, 0, MANY, addresses));
    while (left > 0) {
        uint64_t expected = left < LIST_CLEAR_FRAMES ? left : LIST_CLEAR_FRAMES;
        uint64_t was = left;
        uint64_t dropped = 0;

        require_success(list_clear_some(list, &dropped, &left));
        expect_equal(dropped, expected);
        expect_equal(left, was - expected);
        expect_order(list, addresses + MANY - left, (uint32_t)left);
        expect_equal(free_frames(), before - 1 - left);
    }
    uint64_t dropped = 9;
    expect_success(list_clear_some(list, &dropped, &left));
    expect_equal(dropped, 0);
    expect_equal(left, 0);
    require_success(list_fill(list, 0, 70, addresses)); /* it is a list like any other still */
    expect_order(list, addresses, 70);
    expect_success(list_clear(list));
    expect_order(list, NULL, 0);
    expect_success(frame_drop(list));
}

/* No call does all the work; every later one does some, until nothing is left. */
static void a_long_one(void)
{
    uint64_t before = free_frames();
    uint64_t unused = 0;
    handle list;

    require_success(list_create(&list));
    require_success(list_fill(list, 0, MANY, addresses));
    expect_success(frame_drop_run(list, 1, &unused));
    expect(unused <= LIST_CLEAR_FRAMES);
    uint64_t last = before - MANY - 1 + unused;
    for (uint32_t turn = 0; turn < 8; turn++) {
        uint64_t now = free_frames();

        expect(now >= last && now - last <= LIST_CLEAR_FRAMES + 1); /* and the list itself */
        last = now;
    }
    expect_equal(last, before);
    for (uint32_t i = 0; i < MANY; i++) {
        expect_equal(state_at(addresses[i]), REF_COUNT_UNUSED);
    }
}

/* Several lists end before the first is through; new ones begin meanwhile, and live. */
static void many_at_once(void)
{
    uint64_t before = free_frames();
    uint64_t kept[10];
    handle lists[4];
    handle living;

    for (uint32_t i = 0; i < 4; i++) {
        require_success(list_create(&lists[i]));
        require_success(list_fill(lists[i], 0, 100, addresses));
    }
    for (uint32_t i = 0; i < 4; i++) {
        expect_success(frame_drop(lists[i]));
    }
    require_success(list_create(&living));
    require_success(list_fill(living, 0, 10, kept));
    reap();
    expect_order(living, kept, 10);
    expect_equal(free_frames(), before - 11);
    expect_success(frame_drop(living));
    expect_equal(free_frames(), before);
}

/* Ended lists owe frames, and those are to be had by whoever asks by address too, later. */
static void members_can_be_claimed_later(void)
{
    handle list;
    handle frame;

    require_success(list_create(&list));
    require_success(list_fill(list, 0, 130, addresses));
    expect_success(frame_drop(list));
    reap();
    require_success(frame_claim(addresses[129], &frame));
    expect_success(frame_drop(frame));
}

static void repurposed_when_empty(void)
{
    struct frame_facts facts;
    handle list;
    handle frame;
    uint64_t *page;

    require_success(list_create(&list));
    require_success(list_fill(list, 0, 1, addresses));
    expect_error(frame_repurpose(list, KIND_UNTYPED), ERROR_NOT_EMPTY);
    expect_error(frame_repurpose(list, KIND_PAGE_TABLE), ERROR_NOT_EMPTY);
    expect_order(list, addresses, 1);
    require_success(list_pop_front(list, &frame));
    expect_success(frame_drop(frame));
    expect_success(frame_repurpose(list, KIND_UNTYPED));
    expect_success(frame_info(list, &facts));
    expect_equal(facts.kind, KIND_UNTYPED);
    expect_equal(facts.reference_count, 1);
    uint64_t words[MESSAGE_WORDS] = {1, 1, 1, 1, 1};
    expect_success(frame_metadata(list, words));
    expect_equal(words[0] | words[1] | words[2] | words[3] | words[4], 0);
    require_success(frame_map_anywhere(list, RIGHTS_USE, (void **)&page));
    expect(is_zero(page));
    expect_success(frame_drop(list));
}

static const struct tap_test tests[] = {
    {"dropped_with_its_members", dropped_with_its_members},
    {"cleared", cleared},
    {"a_long_one", a_long_one},
    {"many_at_once", many_at_once},
    {"members_can_be_claimed_later", members_can_be_claimed_later},
    {"repurposed_when_empty", repurposed_when_empty},
};

const struct tap_group list_end_tests = TAP_GROUP("list_end", tests);
