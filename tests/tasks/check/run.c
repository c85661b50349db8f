/* Runs: what is done to n frames at once is done to all or to none. */
#include "tests/tasks/check/check.h"
#include <quire/segment.h>

#define RUN 6
#define MIDDLE 4

/* Addresses of frames that follow one another and that nobody uses. */
static enum error unused_run(uint32_t count, uint64_t *start)
{
    struct segment segment;
    uint64_t end;
    enum error error = segment_allocate(count, 0, &segment);

    if (error == ERROR_NONE) {
        expect_success(segment_addresses(&segment, start, &end));
        error = segment_drop(&segment, NULL);
    }
    return error;
}

static void claimed(void)
{
    uint64_t start;
    handle first;
    uint32_t failed = 99;

    require_success(unused_run(RUN, &start));
    require_success(frame_claim_run(start, RUN, 0, &first, &failed));
    expect_equal(failed, 99);
    for (uint32_t k = 0; k < RUN; k++) {
        expect_equal(address_of(handle_of_run(first, k)), start + k * FRAME_SIZE);
        expect_equal(count_of(handle_of_run(first, k)), 1);
    }
    expect_success(frame_drop_run(first, RUN, NULL));
    require_success(frame_claim_run(start, RUN, CLAIM_UNIQUE, &first, NULL));
    for (uint32_t k = 0; k < RUN; k++) {
        expect_equal(count_of(handle_of_run(first, k)), REF_COUNT_UNIQUE);
    }
    expect_success(frame_drop_run(first, RUN, NULL));
}

/* A claim out of the middle of a block takes those frames and no other; what is left of the block stays whole. */
static void claimed_out_of_a_block(void)
{
    uint64_t start;
    handle middle;
    handle before;
    handle after;

    require_success(unused_run(32, &start));
    require_success(frame_claim_run(start + 13 * FRAME_SIZE, 7, 0, &middle, NULL));
    require_success(frame_claim_run(start, 13, 0, &before, NULL));
    require_success(frame_claim_run(start + 20 * FRAME_SIZE, 12, 0, &after, NULL));
    expect_equal(address_of(handle_of_run(middle, 6)), start + 19 * FRAME_SIZE);
    expect_success(frame_drop_run(before, 13, NULL));
    expect_success(frame_drop_run(after, 12, NULL));
    expect_success(frame_drop_run(middle, 7, NULL));
}

/* One frame of the run is in use: the others stay free, and the answer says which one it is. */
static void claim_fails_in_the_middle(void)
{
    static const uint32_t places[] = {0, MIDDLE, RUN - 1};
    uint64_t start;
    handle taken;
    handle first;

    require_success(unused_run(RUN, &start));
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t failed = 99;

        require_success(frame_claim(start + places[i] * FRAME_SIZE, &taken));
        struct snapshot before = snapshot(taken);
        expect_error(frame_claim_run(start, RUN, 0, &first, &failed), ERROR_IN_USE);
        expect_equal(failed, places[i]);
        expect_unchanged(taken, &before);
        expect_success(frame_unique(taken));
        failed = 99;
        expect_error(frame_claim_run(start, RUN, CLAIM_UNIQUE, &first, &failed), ERROR_UNIQUE);
        expect_equal(failed, places[i]);
        for (uint32_t k = 0; k < RUN; k++) {
            expect_equal(state_at(start + k * FRAME_SIZE), k == places[i] ? REF_COUNT_UNIQUE : REF_COUNT_UNUSED);
        }
        expect_success(frame_drop(taken));
    }
}

/* Runs that end in what is no usable memory, or nowhere at all. */
static void claim_bad_ranges(void)
{
    struct machine_statistics machine;
    uint64_t start;
    handle first;
    uint32_t failed = 99;

    require_success(machine_statistics(&machine));
    require_success(unused_run(2, &start));
    uint64_t end = machine.end * FRAME_SIZE;
    expect_error(frame_claim_run(start, 0, 0, &first, &failed), ERROR_BAD_COUNT);
    expect_equal(failed, 0);
    expect_error(frame_claim_run(start, 513, 0, &first, &failed), ERROR_BAD_COUNT);
    expect_error(frame_claim_run(start, UINT32_MAX, 0, &first, &failed), ERROR_BAD_COUNT);
    expect_error(frame_claim_run(start + 1, 2, 0, &first, &failed), ERROR_NOT_ALIGNED);
    expect_equal(failed, 0);
    expect_error(frame_claim_run(end, 2, 0, &first, &failed), ERROR_OUT_OF_BOUND);
    expect_equal(failed, 0);
    expect_error(frame_claim_run(UINT64_MAX - FRAME_SIZE + 1, 2, 0, &first, &failed), ERROR_OUT_OF_BOUND);
    expect_equal(failed, 0);
    expect_error(frame_claim_run(UINT64_MAX - 4 * FRAME_SIZE + 1, 512, 0, &first, &failed), ERROR_OUT_OF_BOUND);
    expect_error(frame_claim_run(start, 2, 1, &first, &failed), ERROR_BAD_ARGUMENT);
    expect_error(frame_claim_run(start, 2, UINT64_MAX, &first, &failed), ERROR_BAD_ARGUMENT);
    expect_equal(failed, 0);
    expect_equal(state_at(start), REF_COUNT_UNUSED);
}

/* The last frames of memory, and beyond. */
static void claim_past_the_end(void)
{
    struct machine_statistics machine;
    struct frame_facts facts;
    uint32_t failed = 99;
    handle first;

    require_success(machine_statistics(&machine));
    uint64_t last = (machine.end - 1) * FRAME_SIZE;
    require_success(frame_info_at(last, &facts));
    bool free = facts.region == REGION_USABLE && facts.reference_count == REF_COUNT_UNUSED;
    enum error error = frame_claim_run(last, 2, 0, &first, &failed);
    expect(error != ERROR_NONE);
    if (free) {
        expect_error(error, ERROR_OUT_OF_BOUND);
        expect_equal(failed, 1);
        require_success(frame_claim_run(last, 1, 0, &first, &failed));
        expect_success(frame_drop(first));
    }
    expect_equal(state_at(last), facts.reference_count);
}

static void claim_without_the_right(void)
{
    uint64_t start;

    require_success(unused_run(2, &start));
    expect_error(answer(ask(PEER_CLAIM, start, 0, 0)), ERROR_MISSING_RIGHT);
}

static void cloned(void)
{
    handle first;
    handle copies;
    uint32_t failed = 99;
    uint64_t unused;

    require_success(frame_allocate_run(RUN, &first));
    require_success(frame_clone_run(first, RUN, RIGHT_READ | RIGHT_MAP, &copies, &failed));
    expect_equal(failed, 99);
    for (uint32_t k = 0; k < RUN; k++) {
        struct handle_facts facts;

        expect_equal(address_of(handle_of_run(copies, k)), address_of(handle_of_run(first, k)));
        expect_equal(count_of(handle_of_run(first, k)), 2);
        expect_success(system_call_inspect(handle_of_run(copies, k), &facts));
        expect_equal(facts.rights, RIGHT_READ | RIGHT_MAP);
    }
    expect_success(frame_drop_run(first, RUN, &unused));
    expect_equal(unused, 0);
    expect_success(frame_drop_run(copies, RUN, &unused));
    expect_equal(unused, RUN);
}

/* One frame of the run is unique: no count goes up. */
static void clone_fails_in_the_middle(void)
{
    handle first;
    handle copies;

    require_success(frame_allocate_run(RUN, &first));
    for (uint32_t place = 0; place < RUN; place++) {
        uint32_t failed = 99;

        require_success(frame_unique(handle_of_run(first, place)));
        expect_error(frame_clone_run(first, RUN, RIGHT_READ, &copies, &failed), ERROR_UNIQUE);
        expect_equal(failed, place);
        for (uint32_t k = 0; k < RUN; k++) {
            expect_equal(count_of(handle_of_run(first, k)), k == place ? REF_COUNT_UNIQUE : 1);
        }
        expect_success(frame_share(handle_of_run(first, place)));
    }
    expect_success(frame_drop_run(first, RUN, NULL));
}

/* Rights that one of them lacks, counts that fit no message, handles that are none. */
static void clone_refusals(void)
{
    handle first;
    handle readers;
    handle copies;

    require_success(frame_allocate_run(RUN, &first));
    require_success(frame_clone_run(first, RUN, RIGHT_READ | RIGHT_CLONE, &readers, NULL));
    expect_error(frame_clone_run(readers, RUN, RIGHT_READ | RIGHT_WRITE, &copies, NULL), ERROR_BAD_RIGHTS);
    expect_error(frame_clone_run(first, RUN, 0, &copies, NULL), ERROR_BAD_RIGHTS);
    expect_error(frame_clone_run(first, 0, RIGHT_READ, &copies, NULL), ERROR_BAD_COUNT);
    expect_error(frame_clone_run(first, 513, RIGHT_READ, &copies, NULL), ERROR_BAD_COUNT);
    expect_error(frame_clone_run(first, UINT32_MAX, RIGHT_READ, &copies, NULL), ERROR_BAD_COUNT);
    expect_success(frame_drop(handle_of_run(readers, RUN - 1)));
    expect_error(frame_clone_run(readers, RUN, RIGHT_READ, &copies, NULL), ERROR_BAD_HANDLE);
    require_success(share_one(first, 0, &copies)); /* where the last of them was: newer than they are */
    expect_error(frame_clone_run(readers, RUN, RIGHT_READ, &copies, NULL), ERROR_STALE_HANDLE);
    expect_success(frame_drop(copies));
    expect_equal(count_of(first), 2);
    expect_equal(count_of(handle_of_run(first, RUN - 1)), 1);
    expect_success(frame_drop_run(readers, RUN - 1, NULL));
    expect_success(frame_drop_run(first, RUN, NULL));
}

/* Who may not clone one of them may not clone several. */
static void clone_needs_the_right(void)
{
    handle first;
    handle readers;
    handle copies;

    require_success(frame_allocate_run(2, &first));
    require_success(frame_clone_run(first, 2, RIGHT_READ, &readers, NULL));
    expect_error(frame_clone_run(readers, 2, RIGHT_READ, &copies, NULL), ERROR_MISSING_RIGHT);
    expect_equal(count_of(first), 2);
    expect_success(frame_drop_run(readers, 2, NULL));
    expect_success(frame_drop_run(first, 2, NULL));
}

static const struct tap_test tests[] = {
    {"claimed", claimed},
    {"claimed_out_of_a_block", claimed_out_of_a_block},
    {"claim_fails_in_the_middle", claim_fails_in_the_middle},
    {"claim_bad_ranges", claim_bad_ranges},
    {"claim_past_the_end", claim_past_the_end},
    {"claim_without_the_right", claim_without_the_right},
    {"cloned", cloned},
    {"clone_fails_in_the_middle", clone_fails_in_the_middle},
    {"clone_refusals", clone_refusals},
    {"clone_needs_the_right", clone_needs_the_right},
};

const struct tap_group run_tests = TAP_GROUP("run", tests);
