/* Kinds: asking for them, and changing them. */
#include "tests/tasks/check/check.h"
#include <quire/names.h>
#include <quire/print.h>
#include <quire/segment.h>

#define RUN 5

static void asked(void)
{
    handle frame;

    require_success(frame_allocate(&frame));
    expect_success(frame_check(frame, KIND_UNTYPED));
    expect_success(frame_check(frame, CHECK_UNTYPED));
    expect_error(frame_check(frame, KIND_RECORD), ERROR_WRONG_KIND);
    for (uint64_t kind = 0; kind < 40; kind++) { /* no handle names such a frame */
        if (kind == KIND_NONE || kind_is_set_aside(kind) || kind >= KINDS) {
            expect_error(frame_check(frame, kind), ERROR_BAD_ARGUMENT);
        }
    }
    expect_error(frame_check(frame, CHECK_UNTYPED - 1), ERROR_BAD_ARGUMENT);
    expect_success(frame_repurpose(frame, KIND_RECORD));
    expect_success(frame_check(frame, KIND_RECORD));
    expect_success(frame_check(frame, CHECK_UNTYPED));
    expect_error(frame_check(frame, KIND_UNTYPED), ERROR_WRONG_KIND);
    expect_success(frame_repurpose(frame, KIND_LIST));
    expect_success(frame_check(frame, KIND_LIST));
    expect_error(frame_check(frame, CHECK_UNTYPED), ERROR_WRONG_KIND);
    expect_success(frame_check(start_handle("peer"), KIND_ENDPOINT));
    expect_error(frame_check(start_handle("peer"), CHECK_UNTYPED), ERROR_WRONG_KIND);
    expect_success(frame_drop(frame));
    expect_error(frame_check(frame, CHECK_UNTYPED), ERROR_BAD_HANDLE);
}

/* Every frame of a run is looked at, not just the first. */
static void asked_of_a_run(void)
{
    struct segment segment;

    require_success(segment_allocate(RUN, 0, &segment));
    expect_success(segment_check(&segment, KIND_UNTYPED, NULL));
    for (uint32_t place = 0; place < RUN; place++) {
        uint32_t failed = 99;
        handle frame = handle_of_run(segment.first, place);

        expect_success(frame_repurpose(frame, KIND_RECORD));
        expect_error(segment_check(&segment, KIND_UNTYPED, &failed), ERROR_WRONG_KIND);
        expect_equal(failed, place);
        expect_success(segment_check(&segment, CHECK_UNTYPED, &failed));
        expect_success(frame_repurpose(frame, KIND_PAGE_TABLE));
        expect_error(segment_check(&segment, CHECK_UNTYPED, &failed), ERROR_WRONG_KIND);
        expect_equal(failed, place);
        expect_success(frame_repurpose(frame, KIND_UNTYPED));
    }
    expect_error(frame_check_run(segment.first, 0, KIND_UNTYPED, NULL), ERROR_BAD_COUNT);
    expect_error(frame_check_run(segment.first, 513, KIND_UNTYPED, NULL), ERROR_BAD_COUNT);
    expect_error(frame_check_run(segment.first, UINT32_MAX, KIND_UNTYPED, NULL), ERROR_BAD_COUNT);
    expect_error(frame_check_run(segment.first, 512, KIND_UNTYPED, NULL), ERROR_BAD_HANDLE);
    expect_success(segment_drop(&segment, NULL));
}

/* Contents survive exactly where tasks can map the frame before and after. */
static void contents(enum kind to, handle frame)
{
    uint64_t *page;

    require_success(frame_map_anywhere(frame, RIGHTS_USE, (void **)&page));
    fill(page, 5);
    expect_success(frame_unmap(frame));
    expect_success(frame_repurpose(frame, to));
    if (to != KIND_RECORD) {
        expect_success(frame_repurpose(frame, KIND_UNTYPED));
    }
    require_success(frame_map_anywhere(frame, RIGHTS_USE, (void **)&page));
    if (to == KIND_RECORD) {
        expect_equal(page[0], 5);
        expect_equal(page[511], 5);
    } else {
        expect(is_zero(page));
    }
    expect_success(frame_unmap(frame));
    expect_success(frame_repurpose(frame, KIND_UNTYPED));
}

/* From every kind to every other: the frame is of it, for kernel and frame server alike, paid by the same account. */
static void every_change(void)
{
    static const enum kind kinds[] = {KIND_UNTYPED, KIND_PAGE_TABLE, KIND_HANDLE_TABLE, KIND_LIST, KIND_RECORD};
    static const uint32_t count = sizeof(kinds) / sizeof(kinds[0]);
    struct snapshot before;
    handle frame;

    require_success(frame_allocate(&frame));
    before = snapshot(frame);
    for (uint32_t i = 0; i < count * count; i++) {
        enum kind from = kinds[i / count];
        enum kind to = kinds[i % count];
        bool good = expect_success(frame_repurpose(frame, from)) && expect_success(frame_repurpose(frame, to));
        struct snapshot now = snapshot(frame);

        good &= expect_equal(now.frame.kind, to);
        good &= expect_equal(now.handle.kind, to);
        good &= expect_equal(now.frame.payer, before.frame.payer);
        if (!kind_is_shareable(to)) {
            good &= expect_equal(now.frame.reference_count, REF_COUNT_UNIQUE);
        }
        if (!good) {
            print("#   from %s to %s\n", kind_name(from), kind_name(to));
        }
    }
    expect_success(frame_repurpose(frame, KIND_UNTYPED));
    expect_success(frame_share(frame)); /* whichever it was */
    expect_unchanged(frame, &before);
    for (uint32_t i = 1; i < count; i++) {
        contents(kinds[i], frame);
    }
    expect_success(frame_drop(frame));
}

/* A unique frame stays unique, a shared one shared, where both kinds can be either. */
static void states_stay(void)
{
    handle frame;

    require_success(frame_allocate(&frame));
    expect_success(frame_repurpose(frame, KIND_RECORD));
    expect_equal(count_of(frame), 1);
    expect_success(frame_repurpose(frame, KIND_LIST));
    expect_equal(count_of(frame), 1);
    expect_success(frame_repurpose(frame, KIND_UNTYPED));
    expect_equal(count_of(frame), 1);
    expect_success(frame_unique(frame));
    expect_success(frame_repurpose(frame, KIND_RECORD));
    expect_equal(count_of(frame), REF_COUNT_UNIQUE);
    expect_success(frame_repurpose(frame, KIND_UNTYPED));
    expect_equal(count_of(frame), REF_COUNT_UNIQUE);
    expect_success(frame_drop(frame));
}

/* Second handles, mappings and missing rights are in the way, for the new kinds as for the old ones. */
static void refusals(void)
{
    static const enum kind kinds[] = {KIND_PAGE_TABLE, KIND_HANDLE_TABLE, KIND_LIST, KIND_RECORD};
    struct snapshot before;
    handle frame;
    handle copy;
    uint64_t *page;

    require_success(frame_allocate(&frame));
    require_success(frame_clone(frame, RIGHT_READ, &copy));
    before = snapshot(frame);
    for (uint32_t i = 0; i < 4; i++) {
        expect_error(frame_repurpose(frame, kinds[i]), ERROR_SHARED);
        expect_error(frame_repurpose(copy, kinds[i]), ERROR_MISSING_RIGHT);
    }
    expect_unchanged(frame, &before);
    expect_success(frame_drop(copy));
    require_success(frame_map_anywhere(frame, RIGHTS_USE, (void **)&page));
    page[1] = 17;
    before = snapshot(frame);
    for (uint32_t i = 0; i < 4; i++) {
        expect_error(frame_repurpose(frame, kinds[i]), ERROR_MAPPED);
    }
    expect_unchanged(frame, &before);
    expect_equal(page[1], 17);
    expect_success(frame_unmap(frame));
    expect_success(frame_unique(frame));
    before = snapshot(frame);
    for (uint64_t kind = 0; kind < 40; kind++) {
        if (!kind_is_makeable(kind)) {
            expect_error(frame_repurpose(frame, (enum kind)kind), ERROR_WRONG_KIND);
        }
    }
    expect_unchanged(frame, &before);
    expect_success(frame_drop(frame));
}

/* A list or a record that others have handles to stays one. */
static void shared_objects(void)
{
    static const enum kind kinds[] = {KIND_LIST, KIND_RECORD};
    handle frame;
    handle copy;

    for (uint32_t i = 0; i < 2; i++) {
        require_success(frame_allocate(&frame));
        expect_success(frame_repurpose(frame, kinds[i]));
        require_success(frame_clone(frame, RIGHT_READ, &copy));
        struct snapshot before = snapshot(frame);
        expect_error(frame_repurpose(frame, KIND_UNTYPED), ERROR_SHARED);
        expect_unchanged(frame, &before);
        expect_success(frame_drop(copy));
        expect_success(frame_drop(frame));
    }
}

static const struct tap_test tests[] = {
    {"asked", asked},
    {"asked_of_a_run", asked_of_a_run},
    {"every_change", every_change},
    {"states_stay", states_stay},
    {"refusals", refusals},
    {"shared_objects", shared_objects},
};

const struct tap_group kind_tests = TAP_GROUP("kind", tests);
