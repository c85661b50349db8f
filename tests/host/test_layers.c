/* The allocator stands below frames and lists: nothing that it does ends in a drop, which would wait for its own lock.
 * Here the functions above it end the test. */
#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/cache.h"
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/lists.h"
#include "tests/host/frames_world.h"
#include <check.h>
#include <stdlib.h>

uint64_t frames_drop(struct worker *worker, uint64_t frame)
{
    ck_abort_msg("worker %u drops frame %lx", worker->number, frame);
    return 0;
}

uint64_t frames_drop_run(struct worker *worker, uint64_t count)
{
    ck_abort_msg("worker %u drops %lu frames", worker->number, count);
    return 0;
}

void frames_end(struct worker *worker, uint64_t frame)
{
    ck_abort_msg("worker %u ends frame %lx", worker->number, frame);
}

uint64_t lists_reap(struct worker *worker, uint64_t limit)
{
    ck_abort_msg("worker %u reaps %lu members", worker->number, limit);
    return 0;
}

/* Into the cache and over its brim, out of it and beyond, by address, in rows, to the last frame and back. */
START_TEST(the_allocator_drops_nothing)
{
    static const struct run_wish contiguous = {.contiguous = true};
    enum { FRAMES = 2048 };
    static uint64_t taken[FRAMES];
    struct world *world = world_create_plain(FRAMES);
    struct worker *worker = &world->workers[0];
    uint64_t count = 0;

    ck_assert_int_eq(allocator_claim(worker, 1, 100), ERROR_NONE);
    ck_assert_int_eq(allocator_take_run(worker, 1, 100, &contiguous), ERROR_NONE);
    for (uint64_t k = 0; k < 100; k++)
        taken[count++] = worker->transfer[k];
    while (allocator_take(worker, 1, &taken[count]) == ERROR_NONE)
        count += 1;
    ck_assert_uint_ge(count, FRAMES - 100); /* the world keeps some for itself */
    for (uint64_t k = 0; k < count; k++)
        allocator_give(&world->workers[k % WORLD_WORKERS], taken[k], 1);
    allocator_give(worker, 100, 1);
    ck_assert_int_eq(allocator_take_run(worker, 1, TRANSFER_FRAMES, &contiguous), ERROR_NONE); /* out of all caches */
    for (uint64_t k = 0; k < TRANSFER_FRAMES; k++)
        allocator_give(worker, worker->transfer[k], 1);
    world_check(world);
    world_destroy(world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("layers");
    TCase *tests = tcase_create("layers");

    tcase_add_test(tests, the_allocator_drops_nothing);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
