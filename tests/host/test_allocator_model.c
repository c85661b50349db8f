/* All operations on frames by several workers: random ones against a plain model, and in threads. */
#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/cache.h"
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/lock.h"
#include "tests/host/frames_world.h"
#include "tests/host/random.h"
#include <check.h>
#include <pthread.h>
#include <stdlib.h>

static struct world *world;
static struct worker *worker;

static void create(uint64_t frames)
{
    world = world_create_plain(frames);
    worker = &world->workers[0];
}

static uint64_t free_frames(void)
{
    struct allocator_statistics statistics;

    allocator_count(worker, &statistics);
    expect_eq(statistics.free + statistics.in_use, statistics.usable);
    return statistics.free;
}

/* Random requests of four workers against an array of owners. */
#define MODEL_FRAMES 3000
#define OPERATIONS 5000000

static uint8_t handles[MODEL_FRAMES];
static uint64_t in_use;

static void model_get(uint64_t frame)
{
    expect(frame < MODEL_FRAMES && handles[frame] == 0, "frame %lu was given out twice", frame);
    handles[frame] = 1;
    in_use += 1;
}

static void random_run(struct worker *by, struct random *random)
{
    uint64_t count = 2 + random_below(random, random_below(random, 4) == 0 ? 511 : 40);
    bool contiguous = random_below(random, 3) == 0;
    enum error error = frames_allocate_run(by, 2, count, contiguous);

    if (error == ERROR_NONE) {
        for (uint64_t k = 0; k < count; k++)
            model_get(by->transfer[k]);
    } else {
        expect(error == ERROR_NO_MEMORY && (contiguous || MODEL_FRAMES - in_use < count), "run of %lu refused: %s",
               count, error_name(error));
    }
}

static void random_drops(struct worker *by, struct random *random)
{
    uint64_t count = 0;
    uint64_t unused = 0;
    uint64_t wanted = 1 + random_below(random, 200);

    for (uint64_t frame = random_below(random, MODEL_FRAMES); frame < MODEL_FRAMES && count < wanted; frame++) {
        if (handles[frame] > 0) {
            by->transfer[count++] = frame;
            handles[frame] -= 1;
            unused += handles[frame] == 0;
        }
    }
    expect_eq(frames_drop_run(by, count), unused);
    in_use -= unused;
}

static void random_request(struct worker *by, struct random *random, bool filling)
{
    uint64_t frame = random_below(random, MODEL_FRAMES);
    uint64_t what = random_below(random, 1000);
    uint64_t count;

    if (what < (filling ? 600u : 350u)) {
        enum error error = frames_allocate(by, 1, &frame);
        expect(error == (in_use == MODEL_FRAMES ? ERROR_NO_MEMORY : ERROR_NONE), "%s with %lu in use",
               error_name(error), in_use);
        if (error == ERROR_NONE)
            model_get(frame);
    } else if (what < 700) {
        enum error error = frames_claim(by, 3, frame * FRAME_SIZE, &frame);
        expect(error == (handles[frame] > 0 ? ERROR_IN_USE : ERROR_NONE), "claim: %s", error_name(error));
        if (error == ERROR_NONE)
            model_get(frame);
    } else if (what < 720) {
        if (frames_look_up(by, frame * FRAME_SIZE, &frame, &count) == ERROR_NONE) {
            handles[frame] += 1;
            expect_eq(count, handles[frame]);
        } else {
            expect_eq(handles[frame], 0);
        }
    } else if (what < 722) {
        random_run(by, random);
    } else if (what < (filling ? 724 : 728)) {
        random_drops(by, random);
    } else if (handles[frame] > 0) {
        handles[frame] -= 1;
        in_use -= handles[frame] == 0;
        expect_eq(frames_drop(by, frame), handles[frame] == 0);
    }
}

START_TEST(random_requests_against_a_model)
{
    struct random random = random_start();
    uint64_t operations = random_operations(OPERATIONS);

    create(MODEL_FRAMES);
    in_use = 0;
    for (uint64_t n = 0; n < operations; n++) {
        random_request(&world->workers[random_below(&random, WORLD_WORKERS)], &random, n / 50000 % 2 == 0);
        if (n % 20000 == 0) {
            expect_eq(world_check(world).charged, in_use);
            expect_eq(free_frames(), MODEL_FRAMES - in_use);
        }
    }
    for (uint64_t frame = 0; frame < MODEL_FRAMES; frame++) {
        for (; handles[frame] > 0; handles[frame]--)
            frames_drop(worker, frame);
    }
    caches_lock(worker);
    lock_acquire(&world->keep->buddy.lock, 0);
    caches_drain(worker);
    lock_release(&world->keep->buddy.lock);
    caches_unlock(worker, NULL);
    ck_assert_uint_eq(world_check(world).in_blocks, MODEL_FRAMES);
    for (uint32_t order = 0; order < 12; order++) /* 3000 = 2048 + 512 + 256 + 128 + 32 + 16 + 8 */
        ck_assert_int_eq(world->keep->buddy.first[ZONE_LOW][order] != FRAME_NONE, MODEL_FRAMES >> order & 1);
    world_destroy(world);
}
END_TEST

/* Workers in threads, each with its own handles, in memory that runs out now and then. */
#define THREAD_ROUNDS 30000
#define HELD 400

static atomic_word failures;

static void *work(void *argument)
{
    struct worker *mine = argument;
    struct random random = {.state = mine->number + 1};
    uint64_t held[HELD];
    uint64_t count = 0;
    uint64_t value;

    for (uint64_t round = 0; round < THREAD_ROUNDS; round++) {
        uint64_t what = random_below(&random, 8);
        if (what < 3 && count < HELD) {
            count += frames_allocate(mine, 1 + mine->number % 2, &held[count]) == ERROR_NONE;
        } else if (what == 3 && count < HELD) {
            count += frames_claim(mine, 3, random_below(&random, 1000) * FRAME_SIZE, &held[count]) == ERROR_NONE;
        } else if (what == 4 && count < HELD) {
            count += frames_look_up(mine, random_below(&random, 1000) * FRAME_SIZE, &held[count], &value) == ERROR_NONE;
        } else if (what == 5 && random_below(&random, 20) == 0) {
            if (frames_allocate_run(mine, 2, 40, false) == ERROR_NONE && frames_drop_run(mine, 40) > 40)
                atomic_add_relaxed(&failures, 1);
        } else if (count > 0) {
            uint64_t k = random_below(&random, count);
            frames_drop(mine, held[k]);
            held[k] = held[--count];
        }
    }
    while (count > 0)
        frames_drop(mine, held[--count]);
    return NULL;
}

START_TEST(workers_in_threads)
{
    pthread_t threads[WORLD_WORKERS];
    uint64_t frame;

    create(1000);
    for (uint64_t k = 0; k < 1000; k++) /* back the window first: the fault handler is for one thread */
        expect_eq(world_slot(world, k)->ref_count, REF_COUNT_UNUSED);
    for (uint32_t k = 0; k < WORLD_WORKERS; k++)
        ck_assert_int_eq(pthread_create(&threads[k], NULL, work, &world->workers[k]), 0);
    for (uint32_t k = 0; k < WORLD_WORKERS; k++)
        ck_assert_int_eq(pthread_join(threads[k], NULL), 0);
    ck_assert_uint_eq(failures, 0);
    ck_assert_uint_eq(world_check(world).charged, 0);
    ck_assert_uint_eq(free_frames(), 1000);
    for (uint64_t k = 0; k < 1000; k++)
        expect_eq(frames_allocate(worker, 1, &frame), ERROR_NONE);
    world_destroy(world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("allocator_model");
    TCase *tests = tcase_create("allocator_model");

    tcase_add_test(tests, random_requests_against_a_model);
    tcase_add_test(tests, workers_in_threads);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
