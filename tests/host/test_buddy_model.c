/* The buddy against a plain model, and the longest of its transactions. */
#include "tests/host/buddy_calls.h"
#include "tests/host/random.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Random requests against an array that says whose each frame is. */
#define MODEL_FRAMES (3 * 4096)
#define OPERATIONS 5000000

static uint8_t taken[MODEL_FRAMES]; /* order + 1 at the first frame of what was taken, 0xff inside of it */

static bool model_is_free(uint64_t frame, uint64_t size)
{
    for (uint64_t k = 0; k < size; k++) {
        if (taken[frame + k] != 0)
            return false;
    }
    return true;
}

static void model_take(uint64_t frame, uint32_t order)
{
    uint64_t size = UINT64_C(1) << order;

    expect(frame % size == 0 && frame + size <= MODEL_FRAMES, "%lu of order %u is no block", frame, order);
    expect(model_is_free(frame, size), "frames at %lu were given out twice", frame);
    memset(&taken[frame], 0xff, size);
    taken[frame] = (uint8_t)(order + 1);
}

static uint64_t model_free_frames(void)
{
    uint64_t count = 0;

    for (uint64_t frame = 0; frame < MODEL_FRAMES; frame++)
        count += taken[frame] == 0;
    return count;
}

START_TEST(random_requests_against_a_model)
{
    struct random random = random_start();
    uint64_t operations = random_operations(OPERATIONS);
    uint64_t free_frames = MODEL_FRAMES;

    create(world_create_plain(MODEL_FRAMES));
    memset(taken, 0, sizeof(taken));
    for (uint64_t n = 0; n < operations; n++) {
        bool filling = n / 40000 % 2 == 0; /* memory fills up, and empties again */
        uint64_t what = random_below(&random, 10);
        uint64_t frame = random_below(&random, MODEL_FRAMES);
        uint32_t order = random_below(&random, 4) == 0 ? (uint32_t)random_below(&random, 6) : 0;
        if (what < (filling ? 6u : 3u)) {
            if (take(order, &frame)) {
                model_take(frame, order);
                free_frames -= UINT64_C(1) << order;
            } else {
                expect(order > 0 || free_frames == 0, "refused a frame while %lu are left", free_frames);
            }
        } else if (what < (filling ? 8u : 4u)) {
            bool was_free = taken[frame] == 0;
            expect(claim(frame, 0) == was_free, "claim of frame %lu, free %d", frame, was_free);
            if (was_free) {
                model_take(frame, 0);
                free_frames -= 1;
            }
        } else if (taken[frame] != 0 && taken[frame] != 0xff) {
            order = taken[frame] - 1u;
            give(frame, order);
            memset(&taken[frame], 0, UINT64_C(1) << order);
            free_frames += UINT64_C(1) << order;
        }
        expect_eq(buddy_free_frames(buddy), free_frames);
        if (n % 60000 == 0) {
            expect_eq(model_free_frames(), free_frames);
            world_check(world);
        }
    }
    for (uint64_t frame = 0; frame < MODEL_FRAMES; frame++) {
        if (taken[frame] != 0 && taken[frame] != 0xff)
            give(frame, taken[frame] - 1u);
    }
    ck_assert_uint_eq(free_blocks(ZONE_LOW, 13), 1); /* 12288 = 8192 + 4096: joined as at the start */
    ck_assert_uint_eq(free_blocks(ZONE_LOW, 12), 1);
    ck_assert_uint_eq(world_check(world).in_blocks, MODEL_FRAMES);
    ck_assert_uint_lt(longest, UNDO_ENTRIES);
    world_destroy(world);
}
END_TEST

START_TEST(longest_transactions_fit_the_log)
{
    create(world_create_plain(GRANULE_FRAMES));
    /* Lists of all orders are filled, so that every link has a neighbour to write. */
    for (uint64_t frame = GRANULE_FRAMES / 2; frame > 0; frame /= 2)
        ck_assert(claim(frame, 0));
    longest = 0;
    ck_assert(claim(1 + GRANULE_FRAMES / 2 + GRANULE_FRAMES / 4, 0));
    for (uint64_t frame = GRANULE_FRAMES / 2; frame > 0; frame /= 2)
        give(frame, 0);
    give(1 + GRANULE_FRAMES / 2 + GRANULE_FRAMES / 4, 0);
    ck_assert(claim(GRANULE_FRAMES - 1, 0));
    give(GRANULE_FRAMES - 1, 0);
    ck_assert_uint_gt(longest, 54);
    ck_assert_uint_lt(longest, UNDO_ENTRIES);
    world_check(world);
    world_destroy(world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("buddy_model");
    TCase *tests = tcase_create("buddy_model");

    tcase_add_test(tests, random_requests_against_a_model);
    tcase_add_test(tests, longest_transactions_fit_the_log);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
