/* Unique frames: one exclusive owner, and the ways there and back. */
#include "tests/tasks/check/check.h"

#define RUN 6

static void there_and_back(void)
{
    struct snapshot before;
    handle frame;

    require_success(frame_allocate(&frame));
    before = snapshot(frame);
    expect_success(frame_unique(frame));
    expect_equal(count_of(frame), REF_COUNT_UNIQUE);
    expect_success(frame_unique(frame)); /* done already */
    expect_equal(count_of(frame), REF_COUNT_UNIQUE);
    expect_success(frame_share(frame));
    expect_unchanged(frame, &before);
    expect_success(frame_share(frame));
    expect_unchanged(frame, &before);
    expect_success(frame_drop(frame));
}

/* Nobody gets at a unique frame, and everybody again once it is shared. */
static void hidden(void)
{
    struct snapshot before;
    uint64_t address;
    handle frame;
    handle other;

    require_success(frame_allocate(&frame));
    address = address_of(frame);
    expect_success(frame_unique(frame));
    before = snapshot(frame);
    expect_error(frame_lookup(address, RIGHT_READ, &other), ERROR_UNIQUE);
    expect_error(frame_clone(frame, RIGHT_READ, &other), ERROR_UNIQUE);
    expect_error(frame_claim(address, &other), ERROR_UNIQUE);
    expect_unchanged(frame, &before);
    expect_success(frame_share(frame));
    require_success(frame_lookup(address, RIGHT_READ, &other));
    expect_success(frame_drop(other));
    require_success(frame_clone(frame, RIGHT_READ, &other));
    expect_equal(count_of(frame), 2);
    expect_success(frame_drop(other));
    expect_success(frame_drop(frame));
}

/* Contents and mapping do not notice. */
static void contents_stay(void)
{
    handle frame;
    uint64_t *page;

    require_success(allocate_mapped(&frame, &page));
    fill(page, 77);
    expect_success(frame_unique(frame));
    expect_equal(page[511], 77);
    page[0] = 78;
    expect_success(frame_share(frame));
    expect_equal(page[0], 78);
    expect_equal(page[1], 77);
    expect_success(frame_drop(frame));
}

/* Unused in every respect after its one handle is dropped. */
static void dropped(void)
{
    uint64_t address;
    uint64_t unused;
    handle frame;

    require_success(frame_allocate(&frame));
    address = address_of(frame);
    expect_success(frame_unique(frame));
    expect_success(frame_drop_run(frame, 1, &unused));
    expect_equal(unused, 1);
    expect_equal(state_at(address), REF_COUNT_UNUSED);
    require_success(frame_claim(address, &frame));
    expect_equal(count_of(frame), 1);
    expect_success(frame_drop(frame));
}

/* A move hands the ownership over. */
static void moved(void)
{
    struct endpoint_message message = {.label = PEER_RETURN};
    handle frame;
    handle theirs;

    require_success(frame_allocate_unique(&frame));
    require_success(give(frame, 1, &theirs));
    expect_equal(ask(PEER_INFO, theirs, 0, 0).words[1], REF_COUNT_UNIQUE);
    expect_error(answer(ask(PEER_CLONE, theirs, RIGHT_READ, 0)), ERROR_UNIQUE);
    expect_success(answer(ask(PEER_SHARE, theirs, 0, 0)));
    expect_success(answer(ask(PEER_UNIQUE, theirs, 0, 0)));
    message.words[0] = theirs;
    message.words[1] = 1;
    require_success(endpoint_call(start_handle("peer"), &message, 1));
    require(message.count == 1);
    expect_equal(count_of(message.first), REF_COUNT_UNIQUE);
    expect_success(frame_drop(message.first));
}

/* A second handle is in the way, whoever has it, until it is gone. */
static void of_a_shared_frame(void)
{
    struct snapshot before;
    handle frame;
    handle copy;
    handle theirs;

    require_success(frame_allocate(&frame));
    require_success(frame_clone(frame, RIGHTS_FRAME, &copy));
    before = snapshot(frame);
    expect_error(frame_unique(frame), ERROR_SHARED);
    expect_error(frame_unique(copy), ERROR_SHARED);
    expect_unchanged(frame, &before);
    require_success(give(copy, 1, &theirs));
    expect_error(frame_unique(frame), ERROR_SHARED);
    expect_error(answer(ask(PEER_UNIQUE, theirs, 0, 0)), ERROR_SHARED);
    expect_unchanged(frame, &before);
    expect_success(answer(ask(PEER_DROP, theirs, 1, 0)));
    expect_success(frame_unique(frame));
    expect_success(frame_drop(frame));
}

/* Who is the only holder is not thereby the owner. */
static void without_the_owner_right(void)
{
    struct snapshot before;
    handle frame;
    handle copy;

    require_success(frame_allocate(&frame));
    require_success(frame_clone(frame, RIGHTS_FRAME & ~RIGHT_OWNER, &copy));
    expect_success(frame_drop(frame));
    before = snapshot(copy);
    expect_error(frame_unique(copy), ERROR_MISSING_RIGHT);
    expect_error(frame_share(copy), ERROR_MISSING_RIGHT);
    expect_unchanged(copy, &before);
    expect_success(frame_drop(copy));
}

/* Page tables are unique for ever. */
static void of_a_table(void)
{
    struct snapshot before;
    handle frame;

    require_success(frame_allocate(&frame));
    expect_success(frame_repurpose(frame, KIND_PAGE_TABLE));
    before = snapshot(frame);
    expect_error(frame_share(frame), ERROR_WRONG_KIND);
    expect_success(frame_unique(frame));
    expect_unchanged(frame, &before);
    expect_success(frame_drop(frame));
}

static void bad_handles(void)
{
    handle frame;

    require_success(frame_allocate(&frame));
    expect_success(frame_drop(frame));
    expect_error(frame_unique(frame), ERROR_BAD_HANDLE);
    expect_error(frame_share(frame), ERROR_BAD_HANDLE);
    expect_error(frame_unique(0), ERROR_BAD_HANDLE);
    expect_error(frame_unique(UINT64_MAX), ERROR_BAD_HANDLE);
    handle newer;
    require_success(frame_allocate(&newer)); /* in the same entry */
    expect_error(frame_unique(frame), ERROR_STALE_HANDLE);
    expect_error(frame_share(frame), ERROR_STALE_HANDLE);
    expect_equal(count_of(newer), 1);
    expect_success(frame_drop(newer));
}

static void runs(void)
{
    uint32_t failed = 99;
    handle first;

    require_success(frame_allocate_run(RUN, &first));
    expect_success(frame_unique_run(first, RUN, &failed));
    for (uint32_t k = 0; k < RUN; k++) {
        expect_equal(count_of(handle_of_run(first, k)), REF_COUNT_UNIQUE);
    }
    expect_success(frame_share_run(first, RUN, &failed));
    for (uint32_t k = 0; k < RUN; k++) {
        expect_equal(count_of(handle_of_run(first, k)), 1);
    }
    expect_equal(failed, 99);
    expect_error(frame_unique_run(first, 0, &failed), ERROR_BAD_COUNT);
    expect_error(frame_unique_run(first, 513, &failed), ERROR_BAD_COUNT);
    expect_error(frame_share_run(first, UINT32_MAX, &failed), ERROR_BAD_COUNT);
    expect_success(frame_drop_run(first, RUN, NULL));
}

/* Wherever in the run the shared frame is: those before it go back, and one that was unique already stays so. */
static void run_fails_in_the_middle(void)
{
    handle first;
    handle copy;

    require_success(frame_allocate_run(RUN, &first));
    expect_success(frame_unique(handle_of_run(first, 1)));
    for (uint32_t place = 0; place < RUN; place++) {
        uint32_t failed = 99;

        if (place == 1) {
            continue;
        }
        require_success(share_one(first, place, &copy));
        expect_error(frame_unique_run(first, RUN, &failed), ERROR_SHARED);
        expect_equal(failed, place);
        for (uint32_t k = 0; k < RUN; k++) {
            expect_equal(count_of(handle_of_run(first, k)), k == 1 ? REF_COUNT_UNIQUE : k == place ? 2 : 1);
        }
        expect_success(frame_drop(copy));
    }
    expect_success(frame_drop_run(first, RUN, NULL));
}

/* The same the other way, with a page table among them. */
static void share_fails_in_the_middle(void)
{
    uint32_t failed = 99;
    handle first;

    require_success(frame_allocate_with(RUN, ALLOC_UNIQUE, &first));
    expect_success(frame_share(handle_of_run(first, 1)));
    expect_success(frame_repurpose(handle_of_run(first, 4), KIND_PAGE_TABLE));
    expect_error(frame_share_run(first, RUN, &failed), ERROR_WRONG_KIND);
    expect_equal(failed, 4);
    for (uint32_t k = 0; k < RUN; k++) {
        expect_equal(count_of(handle_of_run(first, k)), k == 1 ? 1 : REF_COUNT_UNIQUE);
    }
    expect_success(frame_drop_run(first, RUN, NULL));
}

static const struct tap_test tests[] = {
    {"there_and_back", there_and_back},
    {"hidden", hidden},
    {"contents_stay", contents_stay},
    {"dropped", dropped},
    {"moved", moved},
    {"of_a_shared_frame", of_a_shared_frame},
    {"without_the_owner_right", without_the_owner_right},
    {"of_a_table", of_a_table},
    {"bad_handles", bad_handles},
    {"runs", runs},
    {"run_fails_in_the_middle", run_fails_in_the_middle},
    {"share_fails_in_the_middle", share_fails_in_the_middle},
};

const struct tap_group unique_tests = TAP_GROUP("unique", tests);
