/* Frames as wished: contiguous, aligned, below 4 GiB; in memory on both sides of it, and in fragments. */
#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/frames.h"
#include "tests/host/frames_world.h"
#include "tests/host/random.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define HIGH ZONE_HIGH_FIRST_FRAME
#define LOW_FRAMES 1500
#define FIRST (HIGH - LOW_FRAMES)
#define FRAMES 3000

static struct world *world;
static struct worker *worker;

/* As many frames below 4 GiB as above. */
static void create(void)
{
    static const struct world_region regions[] = {
        {REGION_RESERVED, FIRST}, {REGION_USABLE, FRAMES}, {REGION_UNKNOWN, 0}};

    world = world_create(regions);
    worker = &world->workers[0];
}

static void create_plain(uint64_t frames)
{
    world = world_create_plain(frames);
    worker = &world->workers[0];
}

/* Takes frames as wished and gives each its handle, as an operation would. */
static enum error take(uint64_t count, struct run_wish wish)
{
    enum error error = allocator_take_run(worker, 1, count, &wish);

    if (error != ERROR_NONE)
        return error;
    expect_eq(worker->control->intent_run, count);
    for (uint64_t k = 0; k < count; k++) {
        uint64_t frame = worker->transfer[k];
        expect_lt(frame, world->window.frame_count);
        expect_eq(world_slot(world, frame)->ref_count, REF_COUNT_UNUSED);
        expect_eq(world_slot(world, frame)->kind_word, kind_word(KIND_UNTYPED, 0, 1));
        expect(!wish.low || frame < HIGH, "%lx is not low", frame);
        expect(!wish.contiguous || frame == worker->transfer[0] + k, "%lx is out of its row", frame);
        world_slot(world, frame)->ref_count = 1;
    }
    expect_eq(worker->transfer[0] % (UINT64_C(1) << wish.align_order), 0);
    return ERROR_NONE;
}

static void claim(uint64_t frame)
{
    uint64_t claimed;

    ck_assert_int_eq(frames_claim(worker, 2, frame * FRAME_SIZE, &claimed), ERROR_NONE);
}

START_TEST(low_frames_are_given_out_last_and_can_be_wished)
{
    create();
    ck_assert_int_eq(take(1, (struct run_wish){0}), ERROR_NONE);
    ck_assert_uint_ge(worker->transfer[0], HIGH);
    ck_assert_int_eq(take(1, (struct run_wish){.low = true}), ERROR_NONE);
    for (uint64_t left = LOW_FRAMES - 1; left > 0;) {
        uint64_t count = left < 499 ? left : 499;
        ck_assert_int_eq(take(count, (struct run_wish){.low = true}), ERROR_NONE);
        left -= count;
    }
    ck_assert_int_eq(take(1, (struct run_wish){.low = true}), ERROR_NO_MEMORY);
    ck_assert_int_eq(take(1, (struct run_wish){.low = true, .contiguous = true}), ERROR_NO_MEMORY);
    ck_assert_uint_eq(world_check(world).charged, LOW_FRAMES + 1);
    ck_assert_int_eq(take(512, (struct run_wish){0}), ERROR_NONE);
    world_destroy(world);
}
END_TEST

START_TEST(low_frames_come_out_of_caches)
{
    uint64_t frame;

    create();
    for (uint64_t k = 0; k < LOW_FRAMES; k += 500)
        ck_assert_int_eq(take(500, (struct run_wish){.low = true}), ERROR_NONE);
    for (uint64_t k = 0; k < 500; k++) { /* each worker gets some */
        frames_drop(&world->workers[k % WORLD_WORKERS], worker->transfer[k]);
    }
    ck_assert_uint_eq(world_check(world).in_caches, WORLD_WORKERS * 61); /* 125, less 2 batches */
    ck_assert_int_eq(take(500, (struct run_wish){.low = true}), ERROR_NONE);
    ck_assert_int_eq(take(1, (struct run_wish){.low = true}), ERROR_NO_MEMORY);
    frame = worker->transfer[77];
    frames_drop(&world->workers[3], frame); /* the only one is in a cache */
    ck_assert_int_eq(take(1, (struct run_wish){.low = true}), ERROR_NONE);
    ck_assert_uint_eq(worker->transfer[0], frame);
    ck_assert_int_eq(take(1, (struct run_wish){.low = true}), ERROR_NO_MEMORY);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(low_runs_end_at_4_gib)
{
    create();
    for (uint64_t frame = FIRST; frame < HIGH - 20; frame++)
        claim(frame);
    ck_assert_int_eq(take(21, (struct run_wish){.low = true, .contiguous = true}), ERROR_NO_MEMORY);
    ck_assert_int_eq(take(20, (struct run_wish){.low = true, .contiguous = true}), ERROR_NONE);
    ck_assert_uint_eq(worker->transfer[19], HIGH - 1);
    ck_assert_uint_eq(frames_drop_run(worker, 20), 20);
    for (uint64_t frame = HIGH + 30; frame < FIRST + FRAMES; frame++)
        claim(frame);
    ck_assert_int_eq(take(51, (struct run_wish){.contiguous = true}), ERROR_NO_MEMORY);
    ck_assert_int_eq(take(50, (struct run_wish){.contiguous = true}), ERROR_NONE); /* across the border */
    ck_assert_uint_eq(worker->transfer[0], HIGH - 20);
    world_check(world);
    world_destroy(world);
}
END_TEST

/* A run in every place and of every length, in memory that has nothing else free. */
START_TEST(runs_across_blocks)
{
    create_plain(128);
    for (uint64_t frame = 0; frame < 128; frame++)
        claim(frame);
    for (uint64_t first = 0; first < 100; first++) {
        for (uint64_t count = 1; count <= 28; count++) {
            for (uint64_t k = 0; k < count; k++)
                expect_eq(frames_drop(worker, first + k), 1);
            expect(take(count + 1, (struct run_wish){.contiguous = true}) == ERROR_NO_MEMORY, "one too many");
            expect(take(count, (struct run_wish){.contiguous = true}) == ERROR_NONE, "%lu at %lu", count, first);
            expect_eq(worker->transfer[0], first);
        }
    }
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(alignments)
{
    create_plain(GRANULE_FRAMES * 2);
    for (uint32_t order = 0; order < BUDDY_ORDERS; order++) {
        ck_assert_int_eq(take(1, (struct run_wish){.align_order = order}), ERROR_NONE);
        ck_assert_uint_eq(frames_drop(worker, worker->transfer[0]), 1);
        ck_assert_int_eq(take(37, (struct run_wish){.contiguous = true, .align_order = order}), ERROR_NONE);
        ck_assert_uint_eq(frames_drop_run(worker, 37), 37);
    }
    /* Both frames at a multiple of 1 GiB are free, and so is nothing around one of them. */
    ck_assert_int_eq(take(1, (struct run_wish){.align_order = BUDDY_ORDERS - 1}), ERROR_NONE);
    ck_assert_int_eq(take(1, (struct run_wish){.align_order = BUDDY_ORDERS - 1}), ERROR_NONE);
    ck_assert_int_eq(take(1, (struct run_wish){.align_order = BUDDY_ORDERS - 1}), ERROR_NO_MEMORY);
    claim(1);
    ck_assert_uint_eq(frames_drop(worker, 0), 1);
    ck_assert_int_eq(take(2, (struct run_wish){.contiguous = true, .align_order = BUDDY_ORDERS - 1}), ERROR_NO_MEMORY);
    ck_assert_int_eq(take(1, (struct run_wish){.align_order = BUDDY_ORDERS - 1}), ERROR_NONE);
    ck_assert_uint_eq(worker->transfer[0], 0);
    world_destroy(world);
}
END_TEST

/* Memory too small for a block of the wished size, of which nothing was made blocks yet. */
START_TEST(small_memory_that_nobody_asked_for)
{
    create_plain(37);
    ck_assert_int_eq(take(37, (struct run_wish){.contiguous = true, .align_order = BUDDY_ORDERS - 1}), ERROR_NONE);
    ck_assert_uint_eq(frames_drop_run(worker, 37), 37);
    ck_assert_int_eq(take(37, (struct run_wish){0}), ERROR_NONE);
    world_destroy(world);
    create_plain(37);
    ck_assert_int_eq(take(1, (struct run_wish){.low = true, .align_order = BUDDY_ORDERS - 1}), ERROR_NONE);
    ck_assert_int_eq(take(37, (struct run_wish){0}), ERROR_NO_MEMORY);
    ck_assert_int_eq(take(36, (struct run_wish){.contiguous = true}), ERROR_NONE);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(refusals_change_nothing)
{
    create();
    ck_assert_int_eq(take(500, (struct run_wish){.low = true}), ERROR_NONE);
    world->keep->accounts[1].limit = 1000;
    ck_assert_int_eq(take(501, (struct run_wish){0}), ERROR_OVER_LIMIT);
    ck_assert_int_eq(take(501, (struct run_wish){.low = true, .contiguous = true}), ERROR_OVER_LIMIT);
    ck_assert_int_eq(take(500, (struct run_wish){.contiguous = true}), ERROR_NONE);
    world->keep->accounts[1].limit = ACCOUNT_UNLIMITED;
    ck_assert_int_eq(take(500, (struct run_wish){.low = true}), ERROR_NONE);
    struct keep before = *world->keep;
    ck_assert_int_eq(take(501, (struct run_wish){.low = true}), ERROR_NO_MEMORY);
    ck_assert_int_eq(take(501, (struct run_wish){.low = true, .contiguous = true}), ERROR_NO_MEMORY);
    ck_assert_mem_eq(before.accounts, world->keep->accounts, sizeof(before.accounts));
    ck_assert_mem_eq(&before.buddy, &world->keep->buddy, sizeof(before.buddy));
    ck_assert_uint_eq(world_check(world).charged, 1500);
    world_destroy(world);
}
END_TEST

/* Every second frame free: no run, but each frame is found; given back, all is one again. */
#define CHECKERS 8192

START_TEST(fragments)
{
    uint64_t *odd = calloc(CHECKERS, sizeof(*odd));

    create_plain(CHECKERS);
    for (uint64_t frame = 1; frame < CHECKERS; frame += 2)
        claim(frame);
    ck_assert_int_eq(take(2, (struct run_wish){.contiguous = true}), ERROR_NO_MEMORY);
    ck_assert_uint_eq(frames_drop(worker, 5), 1); /* 4 to 6 are free now, among 4094 single ones */
    ck_assert_int_eq(take(2, (struct run_wish){.contiguous = true}), ERROR_NONE); /* in one block: always found */
    ck_assert_uint_eq(worker->transfer[0], 4);
    ck_assert_int_eq(take(2, (struct run_wish){.contiguous = true}), ERROR_NO_MEMORY);
    for (uint64_t taken = 0; taken < CHECKERS / 2 - 1;) {
        uint64_t left = CHECKERS / 2 - 1 - taken;
        uint64_t count = left < 300 ? left : 300;
        ck_assert_int_eq(frames_allocate_run(worker, 1, count, false), ERROR_NONE);
        for (uint64_t k = 0; k < count; k++)
            odd[taken++] = worker->transfer[k];
    }
    ck_assert_int_eq(frames_allocate_run(worker, 1, 1, false), ERROR_NO_MEMORY);
    for (uint64_t k = 0; k < CHECKERS / 2 - 1; k++)
        frames_drop(&world->workers[k % WORLD_WORKERS], odd[k]);
    ck_assert_uint_eq(world_check(world).charged, CHECKERS / 2 + 1);
    for (uint64_t frame = 1; frame < CHECKERS; frame += 2)
        frames_drop(worker, frame);
    frames_drop(worker, 4);
    ck_assert_int_eq(take(1, (struct run_wish){.align_order = 13}), ERROR_NONE);
    ck_assert_uint_eq(frames_drop_run(worker, 1), 1);
    ck_assert_int_eq(take(512, (struct run_wish){.contiguous = true, .align_order = 12}), ERROR_NONE);
    free(odd);
    world_destroy(world);
}
END_TEST

/* Random wishes against an array that says which frames are free: refused exactly if there is nothing as wished. */
#define OPERATIONS 1000000

static uint8_t used[FRAMES];
static uint64_t in_use[ZONES];

static bool fits(uint64_t count, const struct run_wish *wish)
{
    uint64_t end = wish->low ? LOW_FRAMES : FRAMES;
    uint64_t row = 0;

    if (end - in_use[ZONE_LOW] - (wish->low ? 0 : in_use[ZONE_HIGH]) < count)
        return false;
    if (!wish->contiguous && wish->align_order == 0)
        return true;
    for (uint64_t k = 0; k < end; k++) {
        bool starts = (FIRST + k) % (UINT64_C(1) << wish->align_order) == 0;
        row = used[k] ? 0 : starts || row > 0 ? row + 1 : 0;
        if (row == count)
            return true;
    }
    return false;
}

static void use(uint64_t frame)
{
    expect(frame >= FIRST && frame < FIRST + FRAMES && !used[frame - FIRST], "frame %lx was given out twice", frame);
    used[frame - FIRST] = 1;
    in_use[frame < HIGH ? ZONE_LOW : ZONE_HIGH] += 1;
}

static void unuse(uint64_t frame)
{
    used[frame - FIRST] = 0;
    in_use[frame < HIGH ? ZONE_LOW : ZONE_HIGH] -= 1;
    expect_eq(frames_drop(worker, frame), 1);
}

static void random_wish(struct random *random)
{
    struct run_wish wish = {.contiguous = random_below(random, 3) > 0, .low = random_below(random, 3) == 0};
    uint64_t count = 1 + random_below(random, random_below(random, 8) == 0 ? 512 : 20);

    if ((wish.contiguous || count == 1) && random_below(random, 3) == 0)
        wish.align_order = (uint32_t)random_below(random, 12);
    bool expected = fits(count, &wish);
    enum error error = take(count, wish);
    expect(error == (expected ? ERROR_NONE : ERROR_NO_MEMORY), "seed %lu: %lu frames%s%s, aligned to 2^%u: %s",
           random->seed, count, wish.contiguous ? ", contiguous" : "", wish.low ? ", low" : "", wish.align_order,
           error_name(error));
    for (uint64_t k = 0; error == ERROR_NONE && k < count; k++)
        use(worker->transfer[k]);
}

START_TEST(random_wishes_against_a_model)
{
    struct random random = random_start();
    uint64_t operations = random_operations(OPERATIONS);

    create();
    memset(used, 0, sizeof(used));
    memset(in_use, 0, sizeof(in_use));
    for (uint64_t n = 0; n < operations; n++) {
        bool filling = n / 20000 % 2 == 0;
        uint64_t what = random_below(&random, 100);
        uint64_t frame = FIRST + random_below(&random, FRAMES);
        worker = &world->workers[random_below(&random, WORLD_WORKERS)];
        if (what < (filling ? 20u : 4u)) {
            random_wish(&random);
        } else if (what < 30) {
            enum error error = frames_claim(worker, 3, frame * FRAME_SIZE, &frame);
            expect_eq(error, used[frame - FIRST] ? ERROR_IN_USE : ERROR_NONE);
            if (error == ERROR_NONE)
                use(frame);
        } else {
            uint64_t end = frame + random_below(&random, 8); /* a few neighbours */
            for (; frame < end && frame < FIRST + FRAMES; frame++) {
                if (used[frame - FIRST])
                    unuse(frame);
            }
        }
        if (n % 20000 == 0)
            expect_eq(world_check(world).charged, in_use[ZONE_LOW] + in_use[ZONE_HIGH]);
    }
    for (uint64_t frame = FIRST; frame < FIRST + FRAMES; frame++) {
        if (used[frame - FIRST])
            unuse(frame);
    }
    ck_assert_uint_eq(world_check(world).charged, 0);
    world_destroy(world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("allocator_wishes");
    TCase *tests = tcase_create("allocator_wishes");

    tcase_add_test(tests, low_frames_are_given_out_last_and_can_be_wished);
    tcase_add_test(tests, low_frames_come_out_of_caches);
    tcase_add_test(tests, low_runs_end_at_4_gib);
    tcase_add_test(tests, runs_across_blocks);
    tcase_add_test(tests, alignments);
    tcase_add_test(tests, small_memory_that_nobody_asked_for);
    tcase_add_test(tests, refusals_change_nothing);
    tcase_add_test(tests, fragments);
    tcase_add_test(tests, random_wishes_against_a_model);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
