/* Caches and buddy together: refill and spill, out of memory, others' caches, claims, and runs. */
#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/cache.h"
#include "servers/frameserv/core/frames.h"
#include "tests/host/frames_world.h"
#include <check.h>
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

START_TEST(statistics_of_a_machine)
{
    struct allocator_statistics statistics;
    uint64_t frame;

    world = world_create_usual();
    worker = &world->workers[0];
    allocator_count(worker, &statistics);
    ck_assert_uint_eq(statistics.usable, 8 + 150 + 120000 + 8123);
    ck_assert_uint_eq(statistics.set_aside, 200 + 37 + 2000 + 300 + 17);
    ck_assert_uint_eq(statistics.free, statistics.usable);
    ck_assert_uint_eq(statistics.in_use, 0);
    ck_assert_uint_eq(world->pages_backed, 0);
    ck_assert_int_eq(frames_allocate(worker, 1, &frame), ERROR_NONE);
    ck_assert_int_eq(frames_allocate(&world->workers[2], 1, &frame), ERROR_NONE);
    allocator_count(worker, &statistics);
    ck_assert_uint_eq(statistics.in_use, 2);
    ck_assert_uint_eq(statistics.free, statistics.usable - 2);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(last_in_first_out)
{
    uint64_t first;
    uint64_t second;
    uint64_t again;

    create(1024);
    ck_assert_int_eq(frames_allocate(worker, 1, &first), ERROR_NONE);
    ck_assert_int_eq(frames_allocate(worker, 1, &second), ERROR_NONE);
    ck_assert_uint_eq(second, first + 1); /* a row of requests gets a row of frames */
    ck_assert_uint_eq(frames_drop(worker, first), 1);
    ck_assert_int_eq(frames_allocate(worker, 1, &again), ERROR_NONE);
    ck_assert_uint_eq(again, first);
    ck_assert_uint_eq(worker->cache->count, CACHE_BATCH - 2);
    world_destroy(world);
}
END_TEST

START_TEST(refill_and_spill_in_batches)
{
    uint64_t frames[200];

    create(1024);
    for (uint32_t k = 0; k < 200; k++)
        ck_assert_int_eq(frames_allocate(worker, 1, &frames[k]), ERROR_NONE);
    ck_assert_uint_eq(world_check(world).in_caches, 24); /* 7 batches less 200 */
    for (uint32_t k = 0; k < 40; k++)
        ck_assert_uint_eq(frames_drop(worker, frames[k]), 1);
    ck_assert_uint_eq(worker->cache->count, CACHE_FRAMES);
    ck_assert_uint_eq(frames_drop(worker, frames[40]), 1);
    ck_assert_uint_eq(worker->cache->count, CACHE_FRAMES - CACHE_BATCH + 1);
    for (uint32_t k = 41; k < 200; k++)
        ck_assert_uint_eq(frames_drop(worker, frames[k]), 1);
    ck_assert_uint_eq(free_frames(), 1024);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(refill_takes_small_pieces_first)
{
    uint64_t frame;

    create(64);
    for (uint64_t k = 1; k < 64; k += 2) /* only even frames stay free, no two of them together */
        ck_assert_int_eq(frames_claim(worker, 1, k * FRAME_SIZE, &frame), ERROR_NONE);
    for (uint64_t k = 0; k < 32; k++)
        ck_assert_int_eq(frames_allocate(worker, 1, &frame), ERROR_NONE);
    ck_assert_int_eq(frames_allocate(worker, 1, &frame), ERROR_NO_MEMORY);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(the_last_frame_is_found_in_any_cache)
{
    uint64_t frame;

    create(40);
    for (uint32_t k = 0; k < 4; k++) /* each worker keeps some */
        ck_assert_int_eq(frames_allocate(&world->workers[k], 1, &frame), ERROR_NONE);
    for (uint32_t k = 0; k < 36; k++) {
        ck_assert_int_eq(frames_allocate(&world->workers[3], 1, &frame), ERROR_NONE);
        if (k == 20)
            world_check(world);
    }
    for (uint32_t k = 0; k < 4; k++)
        ck_assert_int_eq(frames_allocate(&world->workers[k], 1, &frame), ERROR_NO_MEMORY);
    ck_assert_uint_eq(frames_drop(&world->workers[1], 17), 1);
    ck_assert_int_eq(frames_allocate(&world->workers[2], 1, &frame), ERROR_NONE);
    ck_assert_uint_eq(frame, 17);
    ck_assert_uint_eq(free_frames(), 0);
    ck_assert_uint_eq(world_check(world).charged, 40);
    world_destroy(world);
}
END_TEST

START_TEST(a_run_takes_what_caches_hold)
{
    create(600);
    ck_assert_int_eq(frames_allocate_run(&world->workers[1], 1, 80, false), ERROR_NONE);
    ck_assert_uint_eq(frames_drop_run(&world->workers[1], 80), 80);
    ck_assert_int_eq(frames_allocate_run(&world->workers[2], 1, 40, false), ERROR_NONE);
    ck_assert_uint_eq(frames_drop_run(&world->workers[2], 40), 40);
    ck_assert_uint_gt(world_check(world).in_caches, 0);
    ck_assert_int_eq(frames_allocate_run(worker, 1, 512, false), ERROR_NONE);
    ck_assert_int_eq(frames_allocate_run(&world->workers[1], 1, 89, false), ERROR_NO_MEMORY);
    ck_assert_uint_eq(world_check(world).charged, 512); /* what the failed run had got is free again */
    ck_assert_int_eq(frames_allocate_run(&world->workers[1], 1, 88, false), ERROR_NONE);
    ck_assert_uint_eq(free_frames(), 0);
    ck_assert_uint_eq(frames_drop_run(worker, 512), 512);
    ck_assert_uint_eq(frames_drop_run(&world->workers[1], 88), 88);
    ck_assert_uint_eq(free_frames(), 600);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(whole_chunks_go_past_the_cache)
{
    create(4096);
    ck_assert_int_eq(frames_allocate_run(worker, 1, 512, false), ERROR_NONE);
    ck_assert_uint_eq(worker->cache->count, 0);
    for (uint64_t k = 1; k < 512; k++)
        expect(worker->transfer[k] == worker->transfer[0] + k, "frame %lu is out of its row", k);
    ck_assert_uint_eq(frames_drop_run(worker, 512), 512);
    ck_assert_uint_eq(worker->cache->count, 0);
    ck_assert_uint_ne(world->keep->buddy.first[ZONE_LOW][12], FRAME_NONE); /* all joined again */
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(contiguous_runs)
{
    create(2048);
    for (uint64_t count = 1; count <= TRANSFER_FRAMES; count++) {
        ck_assert_int_eq(frames_allocate_run(worker, 1, count, true), ERROR_NONE);
        for (uint64_t k = 1; k < count; k++)
            expect_eq(worker->transfer[k], worker->transfer[0] + k);
        expect_eq(world->controls[0].intent_run, count);
        if (count % 61 == 0)
            world_check(world);
        expect_eq(frames_drop_run(worker, count), count);
    }
    ck_assert_uint_eq(free_frames(), 2048);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(contiguous_runs_drain_caches)
{
    uint64_t frame;
    uint64_t claimed;

    create(64);
    ck_assert_int_eq(frames_allocate(&world->workers[1], 1, &frame), ERROR_NONE); /* its cache holds 31 frames more */
    ck_assert_int_eq(frames_claim(worker, 1, 60 * FRAME_SIZE, &claimed), ERROR_NONE);
    uint64_t row = frame < 59 - frame ? 59 - frame : frame; /* the longer one of those before and between the two */
    ck_assert_int_eq(frames_allocate_run(worker, 1, row + 1, true), ERROR_NO_MEMORY);
    ck_assert_uint_eq(world_check(world).charged, 2);
    ck_assert_int_eq(frames_allocate_run(worker, 1, row, true), ERROR_NONE); /* with what the drained cache held */
    ck_assert_uint_eq(world_check(world).charged, 2 + row);
    world_destroy(world);
}
END_TEST

START_TEST(claims_out_of_blocks_and_caches)
{
    uint64_t frame;
    uint64_t claimed;

    create(1024);
    ck_assert_int_eq(frames_claim(worker, 1, 333 * FRAME_SIZE, &claimed), ERROR_NONE);
    ck_assert_uint_eq(claimed, 333);
    ck_assert_int_eq(frames_claim(worker, 1, 333 * FRAME_SIZE, &claimed), ERROR_IN_USE);
    ck_assert_int_eq(frames_allocate(&world->workers[2], 1, &frame), ERROR_NONE);
    uint64_t cached = world->keep->caches[2].frames[10];
    uint64_t top = world->keep->caches[2].frames[world->keep->caches[2].count - 1];
    ck_assert_int_eq(frames_claim(worker, 1, cached * FRAME_SIZE, &claimed), ERROR_NONE);
    ck_assert_int_eq(frames_claim(worker, 1, top * FRAME_SIZE, &claimed), ERROR_NONE);
    world_check(world);
    ck_assert_uint_eq(frames_drop(worker, cached), 1);
    ck_assert_uint_eq(world->keep->caches[0].frames[0], cached);
    world_check(world);
    world_destroy(world);
}
END_TEST

/* A frame is on its way when its slot reads UNUSED and it is charged, or when its mark is outdated. */
START_TEST(claims_of_frames_in_transit_are_busy)
{
    uint64_t frame;

    create(64);
    ck_assert_int_eq(allocator_take(worker, 1, &frame), ERROR_NONE);
    ck_assert_int_eq(allocator_claim(worker, 1, frame), ERROR_BUSY);
    allocator_give(worker, frame, 1);
    struct slot *slot = world_slot(world, frame);
    slot->kind_word = cache_mark(3); /* as read before it moved from there */
    ck_assert_int_eq(allocator_claim(worker, 1, frame), ERROR_BUSY);
    slot->kind_word = 0; /* as in a block, as read before it moved to a cache */
    ck_assert_int_eq(allocator_claim(worker, 1, frame), ERROR_BUSY);
    slot->kind_word = cache_mark(0);
    ck_assert_int_eq(allocator_claim(worker, 1, frame), ERROR_NONE);
    ck_assert_uint_eq(world->keep->accounts[1].used, 1);
    allocator_give(worker, frame, 1);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(frames_that_read_in_use_though_free_are_set_aside)
{
    static const uint64_t states[] = {1, REF_COUNT_BUSY, REF_COUNT_UNIQUE};
    static const enum error errors[] = {ERROR_IN_USE, ERROR_BUSY, ERROR_UNIQUE};
    struct allocator_statistics statistics;
    uint64_t frame;

    create(64);
    for (uint32_t k = 0; k < 3; k++) {
        ck_assert_int_eq(frames_allocate(worker, 1, &frame), ERROR_NONE);
        ck_assert_uint_eq(frames_drop(worker, frame), 1);
        world_slot(world, frame)->ref_count = states[k];
        ck_assert_int_eq(frames_allocate(worker, 1, &frame), errors[k]);
    }
    allocator_count(worker, &statistics);
    ck_assert_uint_eq(statistics.set_aside, 3);
    ck_assert_uint_eq(statistics.free, 61);
    ck_assert_uint_eq(statistics.in_use, 0);
    world_slot(world, 40)->ref_count = 1; /* in the middle of a run: nothing of the run stays */
    ck_assert_int_eq(frames_allocate_run(worker, 1, 61, false), ERROR_IN_USE);
    ck_assert_uint_eq(free_frames(), 60);
    for (uint64_t k = 0; k < 60; k++)
        ck_assert_int_eq(frames_allocate(worker, 1, &frame), ERROR_NONE);
    world_destroy(world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("allocator");
    TCase *tests = tcase_create("allocator");

    tcase_add_test(tests, statistics_of_a_machine);
    tcase_add_test(tests, last_in_first_out);
    tcase_add_test(tests, refill_and_spill_in_batches);
    tcase_add_test(tests, refill_takes_small_pieces_first);
    tcase_add_test(tests, the_last_frame_is_found_in_any_cache);
    tcase_add_test(tests, a_run_takes_what_caches_hold);
    tcase_add_test(tests, whole_chunks_go_past_the_cache);
    tcase_add_test(tests, contiguous_runs);
    tcase_add_test(tests, contiguous_runs_drain_caches);
    tcase_add_test(tests, claims_out_of_blocks_and_caches);
    tcase_add_test(tests, claims_of_frames_in_transit_are_busy);
    tcase_add_test(tests, frames_that_read_in_use_though_free_are_set_aside);
    tcase_set_timeout(tests, 60);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
