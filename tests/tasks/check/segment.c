/* Segments. */
#include "tests/tasks/check/check.h"
#include <quire/segment.h>

#define FRAMES 12

static void expect_counts(const struct segment *segment, uint64_t expected)
{
    for (uint32_t k = 0; k < segment->count; k++) {
        expect_equal(count_of(handle_of_run(segment->first, k)), expected);
    }
}

/* The frames of a part are those of the whole from `start` on. */
static void expect_part(const struct segment *part, uint64_t start, uint32_t count)
{
    uint64_t first = 0;
    uint64_t end = 0;

    expect_equal(part->count, count);
    expect_equal(segment_size(part), count * FRAME_SIZE);
    expect_success(segment_addresses(part, &first, &end));
    expect_equal(first, start);
    expect_equal(end, start + count * FRAME_SIZE);
    for (uint32_t k = 0; k < part->count; k++) {
        handle frame = 0;

        expect_success(segment_frame(part, k, &frame));
        expect_equal(address_of(frame), start + k * FRAME_SIZE);
    }
}

static void allocated(void)
{
    struct segment segment;
    uint64_t unused;
    uint64_t *bytes;

    require_success(segment_allocate(FRAMES, 0, &segment));
    expect_part(&segment, address_of(segment.first), FRAMES);
    expect_counts(&segment, 1);
    require_success(segment_map(&segment, RIGHTS_USE, (void **)&bytes));
    for (uint64_t i = 0; i < segment_size(&segment) / sizeof(uint64_t); i++) {
        if (!expect_equal(bytes[i], 0)) {
            break;
        }
        bytes[i] = i;
    }
    expect_equal(bytes[FRAMES * WORDS_PER_FRAME - 1], FRAMES * WORDS_PER_FRAME - 1);
    expect_success(segment_unmap(&segment));
    expect_success(segment_drop(&segment, &unused));
    expect_equal(unused, FRAMES);
    expect_equal(segment.count, 0);
    expect_success(segment_drop(&segment, &unused)); /* owns nothing */
    expect_equal(unused, 0);
}

/* The greatest one, in one message each way. */
static void greatest(void)
{
    struct segment segment;
    uint64_t unused;

    require_success(segment_allocate(SEGMENT_FRAMES_MAX, 0, &segment));
    expect_part(&segment, address_of(segment.first), SEGMENT_FRAMES_MAX);
    expect_success(segment_unique(&segment, NULL));
    expect_success(segment_check(&segment, KIND_UNTYPED, NULL));
    expect_counts(&segment, REF_COUNT_UNIQUE);
    expect_success(segment_share(&segment, NULL));
    expect_success(segment_drop(&segment, &unused));
    expect_equal(unused, SEGMENT_FRAMES_MAX);
    expect_error(segment_allocate(SEGMENT_FRAMES_MAX + 1, 0, &segment), ERROR_BAD_COUNT);
}

static void bad_sizes(void)
{
    struct segment segment = {.first = 5, .count = 6};

    expect_error(segment_allocate(0, 0, &segment), ERROR_BAD_COUNT);
    expect_error(segment_allocate(SEGMENT_FRAMES_MAX + 1, 0, &segment), ERROR_BAD_COUNT);
    expect_error(segment_allocate(UINT32_MAX, 0, &segment), ERROR_BAD_COUNT);
    expect_error(segment_allocate(2, 8, &segment), ERROR_BAD_ARGUMENT);
    expect_error(segment_claim(FRAME_SIZE, 0, 0, &segment, NULL), ERROR_BAD_COUNT);
    expect_equal(segment.first, 5);
    expect_equal(segment.count, 6);
}

static void claimed(void)
{
    struct segment segment;
    uint64_t start;
    uint64_t end;
    uint32_t failed = 99;
    handle taken;

    require_success(segment_allocate(FRAMES, 0, &segment));
    require_success(segment_addresses(&segment, &start, &end));
    expect_success(segment_drop(&segment, NULL));
    require_success(segment_claim(start, FRAMES, CLAIM_UNIQUE, &segment, &failed));
    expect_part(&segment, start, FRAMES);
    expect_counts(&segment, REF_COUNT_UNIQUE);
    expect_success(segment_share(&segment, NULL));
    expect_counts(&segment, 1);
    expect_success(segment_drop(&segment, NULL));
    require_success(frame_claim(start + 7 * FRAME_SIZE, &taken));
    expect_error(segment_claim(start, FRAMES, 0, &segment, &failed), ERROR_IN_USE);
    expect_equal(failed, 7);
    expect_equal(segment.count, 0);
    expect_success(frame_drop(taken));
}

/* Cut anywhere but at its ends; no count changes, and each part goes alone. */
static void split(void)
{
    struct segment segment;
    struct segment rest = {.first = 1, .count = 2};
    uint64_t start;
    uint64_t end;
    uint64_t unused;

    for (uint32_t at = 1; at < FRAMES; at++) {
        require_success(segment_allocate(FRAMES, 0, &segment));
        require_success(segment_addresses(&segment, &start, &end));
        require_success(segment_split(&segment, at, &rest));
        expect_part(&segment, start, at);
        expect_part(&rest, start + at * FRAME_SIZE, FRAMES - at);
        expect_counts(&segment, 1);
        expect_counts(&rest, 1);
        expect_success(segment_drop(&segment, &unused));
        expect_equal(unused, at);
        expect_part(&rest, start + at * FRAME_SIZE, FRAMES - at);
        expect_success(segment_drop(&rest, &unused));
        expect_equal(unused, FRAMES - at);
    }
    require_success(segment_allocate(FRAMES, 0, &segment));
    rest = (struct segment){.first = 1, .count = 2};
    expect_error(segment_split(&segment, 0, &rest), ERROR_BAD_COUNT);
    expect_error(segment_split(&segment, FRAMES, &rest), ERROR_BAD_COUNT);
    expect_error(segment_split(&segment, FRAMES + 1, &rest), ERROR_OUT_OF_BOUND);
    expect_error(segment_split(&segment, UINT32_MAX, &rest), ERROR_OUT_OF_BOUND);
    expect_equal(rest.first, 1);
    expect_equal(rest.count, 2);
    expect_equal(segment.count, FRAMES);
    expect_success(segment_drop(&segment, NULL));
}

/* A slice has handles of its own: one more to each of its frames, and to no other. */
static void sliced(void)
{
    struct segment segment;
    struct segment slice;
    uint64_t start;
    uint64_t end;
    uint64_t unused;

    require_success(segment_allocate(FRAMES, 0, &segment));
    require_success(segment_addresses(&segment, &start, &end));
    static const struct {
        uint32_t start;
        uint32_t count;
    } good[] = {{0, FRAMES}, {0, 1}, {FRAMES - 1, 1}, {3, 5}};
    for (uint32_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        require_success(segment_slice(&segment, good[i].start, good[i].count, RIGHT_READ, &slice));
        expect_part(&slice, start + good[i].start * FRAME_SIZE, good[i].count);
        for (uint32_t k = 0; k < FRAMES; k++) {
            bool inside = k >= good[i].start && k - good[i].start < good[i].count;

            expect_equal(count_of(handle_of_run(segment.first, k)), inside ? 2 : 1);
        }
        expect_success(segment_drop(&slice, &unused));
        expect_equal(unused, 0);
    }
    expect_counts(&segment, 1);
    expect_success(segment_drop(&segment, NULL));
}

/* Ranges are checked before anything is added to them. */
static void bad_slices(void)
{
    static const struct {
        uint32_t start;
        uint32_t count;
        enum error error;
    } bad[] = {
        {0, 0, ERROR_BAD_COUNT},
        {FRAMES, 0, ERROR_BAD_COUNT},
        {UINT32_MAX, 0, ERROR_BAD_COUNT},
        {0, FRAMES + 1, ERROR_OUT_OF_BOUND},
        {FRAMES, 1, ERROR_OUT_OF_BOUND},
        {1, FRAMES, ERROR_OUT_OF_BOUND},
        {2, UINT32_MAX, ERROR_OUT_OF_BOUND},     /* ends at 1, were it added */
        {UINT32_MAX, 2, ERROR_OUT_OF_BOUND},     /* likewise */
        {UINT32_MAX - 4, 8, ERROR_OUT_OF_BOUND}, /* ends at 3 */
        {UINT32_MAX, UINT32_MAX, ERROR_OUT_OF_BOUND},
    };
    struct segment segment;
    struct segment slice = {.first = 1, .count = 2};

    require_success(segment_allocate(FRAMES, 0, &segment));
    for (uint32_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        expect_error(segment_slice(&segment, bad[i].start, bad[i].count, RIGHT_READ, &slice), bad[i].error);
    }
    expect_error(segment_slice(&segment, 1, 2, 0, &slice), ERROR_BAD_RIGHTS);
    expect_success(frame_unique(handle_of_run(segment.first, 4)));
    expect_error(segment_slice(&segment, 2, 5, RIGHT_READ, &slice), ERROR_UNIQUE);
    expect_success(frame_share(handle_of_run(segment.first, 4)));
    expect_equal(slice.first, 1);
    expect_equal(slice.count, 2);
    expect_counts(&segment, 1);
    expect_success(segment_drop(&segment, NULL));
}

static void stepped_through(void)
{
    struct segment segment;
    uint64_t start;
    uint64_t end;
    handle frame;
    uint64_t unused;

    require_success(segment_allocate(FRAMES, 0, &segment));
    require_success(segment_addresses(&segment, &start, &end));
    for (uint32_t k = 0; k < FRAMES; k++) {
        require_success(segment_next(&segment, &frame));
        expect_equal(address_of(frame), start + k * FRAME_SIZE);
        expect_equal(segment.count, FRAMES - k - 1);
        expect_success(frame_drop_run(frame, 1, &unused));
        expect_equal(unused, 1);
    }
    expect_error(segment_next(&segment, &frame), ERROR_BAD_COUNT);
    expect_error(segment_frame(&segment, 0, &frame), ERROR_OUT_OF_BOUND);
    expect_error(segment_addresses(&segment, &start, &end), ERROR_BAD_COUNT);
    expect_error(segment_check(&segment, KIND_UNTYPED, NULL), ERROR_BAD_COUNT);
    expect_error(segment_unique(&segment, NULL), ERROR_BAD_COUNT);
    expect_error(segment_share(&segment, NULL), ERROR_BAD_COUNT);
    expect_error(segment_unmap(&segment), ERROR_BAD_COUNT);
    expect_error(segment_map(&segment, RIGHT_READ, (void **)&start), ERROR_BAD_COUNT);
    expect_error(segment_clone(&segment, RIGHT_READ, &segment, NULL), ERROR_BAD_COUNT);
}

static void cloned(void)
{
    struct segment segment;
    struct segment copy;
    uint64_t start;
    uint64_t end;
    uint64_t unused;

    require_success(segment_allocate(FRAMES, 0, &segment));
    require_success(segment_addresses(&segment, &start, &end));
    require_success(segment_clone(&segment, RIGHT_READ | RIGHT_MAP, &copy, NULL));
    expect_part(&copy, start, FRAMES);
    expect_counts(&segment, 2);
    expect_success(segment_drop(&segment, &unused));
    expect_equal(unused, 0);
    expect_counts(&copy, 1);
    expect_success(segment_drop(&copy, &unused));
    expect_equal(unused, FRAMES);
}

/* All or none, and the answer says where. */
static void converted(void)
{
    struct segment segment;
    struct segment copy;
    uint32_t failed = 99;
    handle second;

    require_success(segment_allocate(FRAMES, ALLOC_UNIQUE, &segment));
    expect_counts(&segment, REF_COUNT_UNIQUE);
    expect_error(segment_clone(&segment, RIGHT_READ, &copy, &failed), ERROR_UNIQUE);
    expect_equal(failed, 0);
    expect_success(segment_share(&segment, &failed));
    expect_counts(&segment, 1);
    require_success(share_one(segment.first, FRAMES - 1, &second));
    expect_error(segment_unique(&segment, &failed), ERROR_SHARED);
    expect_equal(failed, FRAMES - 1);
    expect_success(frame_drop(second));
    expect_counts(&segment, 1);
    expect_success(segment_unique(&segment, &failed));
    expect_counts(&segment, REF_COUNT_UNIQUE);
    expect_success(segment_drop(&segment, NULL));
}

/* A mapping that fails takes those before it away again. */
static void mapped_in_part(void)
{
    struct segment segment;
    void *page;

    require_success(segment_allocate(4, 0, &segment));
    require_success(frame_map_anywhere(handle_of_run(segment.first, 2), RIGHT_READ, &page));
    expect_error(segment_map(&segment, RIGHT_READ, &page), ERROR_MAPPED);
    for (uint32_t k = 0; k < 4; k++) {
        struct handle_facts facts = {0};

        expect_success(system_call_inspect(handle_of_run(segment.first, k), &facts));
        expect_equal(facts.address != 0, k == 2);
    }
    expect_error(segment_unmap(&segment), ERROR_NOT_MAPPED); /* and what was mapped is not any more */
    expect_success(segment_map(&segment, RIGHT_READ, &page));
    expect_success(segment_drop(&segment, NULL));
}

static const struct tap_test tests[] = {
    {"allocated", allocated},
    {"greatest", greatest},
    {"bad_sizes", bad_sizes},
    {"claimed", claimed},
    {"split", split},
    {"sliced", sliced},
    {"bad_slices", bad_slices},
    {"stepped_through", stepped_through},
    {"cloned", cloned},
    {"converted", converted},
    {"mapped_in_part", mapped_in_part},
};

const struct tap_group segment_tests = TAP_GROUP("segment", tests);
