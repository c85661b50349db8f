/* Changes of kind: both ways, every error, and their refusal by the kernel. */
#include "servers/frameserv/core/frames.h"
#include "tests/host/frames_world.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct world *world;
static struct worker *worker;

static bool changes;

static enum error repurpose(struct worker *by, uint64_t frame, uint64_t kind)
{
    return frames_repurpose(by, frame, kind, &changes);
}

static void create(void)
{
    world = world_create_usual();
    worker = &world->workers[0];
}

static void destroy(void)
{
    world_check(world);
    world_destroy(world);
}

static uint64_t allocate(void)
{
    uint64_t frame = FRAME_NONE;

    ck_assert_int_eq(frames_allocate(worker, 1, &frame), ERROR_NONE);
    return frame;
}

START_TEST(repurpose_both_ways)
{
    static const enum kind kinds[] = {KIND_PAGE_TABLE,   KIND_HANDLE_TABLE, KIND_UNTYPED,
                                      KIND_HANDLE_TABLE, KIND_PAGE_TABLE,   KIND_UNTYPED};

    create();
    uint64_t frame = allocate();
    struct slot *slot = world_slot(world, frame);
    for (uint32_t k = 0; k < 6; k++) {
        memset(slot->storage, 0x77, sizeof(slot->storage));
        ck_assert_int_eq(repurpose(worker, frame, kinds[k]), ERROR_NONE);
        ck_assert(changes);
        ck_assert_uint_eq(slot->kind_word, kind_word(kinds[k], 0, 1));
        ck_assert_uint_eq(slot->ref_count, kinds[k] == KIND_UNTYPED ? 1 : REF_COUNT_UNIQUE);
        ck_assert_uint_eq(slot->storage[0] | slot->storage[4], 0);
    }
    ck_assert_uint_eq(frames_drop(worker, frame), 1);
    destroy();
}
END_TEST

START_TEST(repurpose_to_the_same_kind_does_nothing)
{
    create();
    uint64_t frame = allocate();
    struct slot *slot = world_slot(world, frame);
    slot->storage[2] = 9;
    ck_assert_int_eq(repurpose(worker, frame, KIND_UNTYPED), ERROR_NONE);
    ck_assert(!changes);
    ck_assert_uint_eq(slot->ref_count, 1);
    ck_assert_uint_eq(slot->storage[2], 9);
    ck_assert_int_eq(repurpose(worker, frame, KIND_PAGE_TABLE), ERROR_NONE);
    ck_assert_int_eq(repurpose(worker, frame, KIND_PAGE_TABLE), ERROR_NONE);
    ck_assert_uint_eq(slot->ref_count, REF_COUNT_UNIQUE);
    ck_assert(!changes);
    destroy();
}
END_TEST

START_TEST(repurpose_errors)
{
    static const uint64_t others[] = {KIND_NONE,     KIND_KERNEL, KIND_EARLY, KIND_METADATA, KIND_UNUSABLE,
                                      KIND_RESERVED, KIND_DEVICE, KINDS,      65536 + 1,     UINT64_MAX};

    create();
    uint64_t frame = allocate();
    struct slot *slot = world_slot(world, frame);
    struct slot before = *slot;
    for (uint32_t k = 0; k < sizeof(others) / sizeof(others[0]); k++)
        ck_assert_int_eq(repurpose(worker, frame, others[k]), ERROR_WRONG_KIND);
    ck_assert_mem_eq(slot, &before, sizeof(before));
    slot->ref_count = 2;
    ck_assert_int_eq(repurpose(worker, frame, KIND_PAGE_TABLE), ERROR_SHARED);
    ck_assert_uint_eq(slot->ref_count, 2);
    slot->ref_count = REF_COUNT_BUSY;
    ck_assert_int_eq(repurpose(worker, frame, KIND_PAGE_TABLE), ERROR_BUSY);
    slot->ref_count = REF_COUNT_UNUSED;
    ck_assert_int_eq(repurpose(worker, frame, KIND_PAGE_TABLE), ERROR_UNUSED);
    ck_assert_uint_eq(slot->ref_count, REF_COUNT_UNUSED);
    slot->ref_count = 1;
    slot->kind_word = kind_word(KIND_TASK, 0, 1);
    ck_assert_int_eq(repurpose(worker, frame, KIND_UNTYPED), ERROR_WRONG_KIND);
    ck_assert_uint_eq(slot->ref_count, 1);
    ck_assert_uint_eq(slot->kind_word, kind_word(KIND_TASK, 0, 1));
    ck_assert_uint_eq(world->keep->logs[0].length, 0);
    destroy();
}
END_TEST

START_TEST(a_refused_change_of_kind_is_taken_back)
{
    create();
    uint64_t frame = allocate();
    struct slot *slot = world_slot(world, frame);
    slot->storage[1] = 42;
    struct slot before = *slot;
    ck_assert_int_eq(repurpose(worker, frame, KIND_PAGE_TABLE), ERROR_NONE);
    frames_take_back_kind(worker);
    ck_assert_mem_eq(slot, &before, sizeof(before));

    ck_assert_int_eq(repurpose(worker, frame, KIND_PAGE_TABLE), ERROR_NONE);
    slot->storage[3] = 43;
    before = *slot;
    ck_assert_int_eq(repurpose(worker, frame, KIND_UNTYPED), ERROR_NONE);
    frames_take_back_kind(worker);
    ck_assert_mem_eq(slot, &before, sizeof(before));

    /* While it was untyped, another task looked it up: the kernel refuses both, in either order. */
    ck_assert_int_eq(repurpose(worker, frame, KIND_UNTYPED), ERROR_NONE);
    uint64_t found;
    uint64_t count;
    ck_assert_int_eq(frames_look_up(&world->workers[1], frame * FRAME_SIZE, &found, &count), ERROR_NONE);
    frames_take_back_kind(worker);
    ck_assert_uint_eq(kind_word_kind(slot->kind_word), KIND_PAGE_TABLE);
    ck_assert_int_eq(frames_look_up(&world->workers[2], frame * FRAME_SIZE, &found, &count), ERROR_WRONG_KIND);
    ck_assert_uint_eq(frames_drop(&world->workers[1], frame), 0);
    ck_assert_uint_eq(slot->ref_count, 1);
    ck_assert_uint_eq(frames_drop(worker, frame), 1);
    destroy();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("repurpose");
    TCase *tests = tcase_create("repurpose");

    tcase_add_test(tests, repurpose_both_ways);
    tcase_add_test(tests, repurpose_to_the_same_kind_does_nothing);
    tcase_add_test(tests, repurpose_errors);
    tcase_add_test(tests, a_refused_change_of_kind_is_taken_back);
    tcase_set_timeout(tests, 60);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
