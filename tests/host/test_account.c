/* Accounts: which numbers exist, limits, and that use and payers stay one with the other. */
#include "servers/frameserv/core/account.h"
#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/frames.h"
#include "tests/host/frames_world.h"
#include <check.h>
#include <stdlib.h>

static struct world *world;
static struct worker *worker;
static struct account *accounts;

static void create(void)
{
    world = world_create_plain(1024);
    worker = &world->workers[0];
    accounts = world->keep->accounts;
}

START_TEST(numbers_that_exist)
{
    static const uint32_t none[] = {
        0, 4, ACCOUNT_SYSTEM, ACCOUNTS, ACCOUNTS + 1, ACCOUNTS * 9 + 3, UINT32_MAX - 255, UINT32_MAX};

    create();
    for (uint32_t k = 0; k < sizeof(none) / sizeof(none[0]); k++)
        ck_assert(!account_is(&accounts[account_place(none[k])], none[k]));
    ck_assert(account_is(&accounts[account_place(3)], 3));
    world_destroy(world);
}
END_TEST

START_TEST(limit_of_single_frames)
{
    uint64_t frames[4];

    create();
    accounts[2].limit = 3;
    for (uint32_t k = 0; k < 3; k++)
        ck_assert_int_eq(frames_allocate(worker, 2, &frames[k]), ERROR_NONE);
    ck_assert_int_eq(frames_allocate(worker, 2, &frames[3]), ERROR_OVER_LIMIT);
    ck_assert_int_eq(frames_claim(worker, 2, 700 * FRAME_SIZE, &frames[3]), ERROR_OVER_LIMIT);
    ck_assert_uint_eq(accounts[2].used, 3);
    ck_assert_int_eq(frames_allocate(worker, 1, &frames[3]), ERROR_NONE); /* others are not concerned */
    ck_assert_uint_eq(frames_drop(worker, frames[0]), 1);
    ck_assert_uint_eq(accounts[2].used, 2);
    ck_assert_int_eq(frames_claim(worker, 2, 700 * FRAME_SIZE, &frames[0]), ERROR_NONE);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(limit_of_runs)
{
    create();
    accounts[1].limit = 100;
    ck_assert_int_eq(frames_allocate_run(worker, 1, 101, false), ERROR_OVER_LIMIT);
    ck_assert_int_eq(frames_allocate_run(worker, 1, 101, true), ERROR_OVER_LIMIT);
    ck_assert_uint_eq(world_check(world).charged, 0);
    ck_assert_int_eq(frames_allocate_run(worker, 1, 60, false), ERROR_NONE);
    ck_assert_int_eq(frames_allocate_run(worker, 1, 41, false), ERROR_OVER_LIMIT);
    ck_assert_int_eq(frames_allocate_run(worker, 1, 40, true), ERROR_NONE);
    ck_assert_uint_eq(accounts[1].used, 100);
    ck_assert_uint_eq(world_check(world).charged, 100);
    world_destroy(world);
}
END_TEST

START_TEST(a_limit_below_the_use_refuses_and_takes_nothing_away)
{
    uint64_t frame;

    create();
    ck_assert_int_eq(frames_allocate_run(worker, 1, 10, false), ERROR_NONE);
    accounts[1].limit = 5;
    ck_assert_int_eq(frames_allocate(worker, 1, &frame), ERROR_OVER_LIMIT);
    ck_assert_uint_eq(frames_drop_run(worker, 10), 10);
    ck_assert_int_eq(frames_allocate(worker, 1, &frame), ERROR_NONE);
    accounts[1].limit = 0;
    ck_assert_int_eq(frames_allocate(worker, 1, &frame), ERROR_OVER_LIMIT);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(the_payer_is_discharged_whoever_drops)
{
    uint64_t frame;
    uint64_t count;

    create();
    ck_assert_int_eq(frames_allocate(worker, 1, &frame), ERROR_NONE);
    ck_assert_int_eq(frames_clone(worker, frame, &count), ERROR_NONE); /* a further handle costs nothing */
    ck_assert_uint_eq(accounts[1].used, 1);
    ck_assert_uint_eq(frames_drop(&world->workers[1], frame), 0);
    ck_assert_uint_eq(frames_drop(&world->workers[2], frame), 1);
    ck_assert_uint_eq(accounts[1].used, 0);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(a_line_for_each)
{
    ck_assert_uint_eq(sizeof(struct account), 64);
    create();
    ck_assert_uint_eq((uintptr_t)&accounts[1] % 64, 0);
    ck_assert_uint_eq((uintptr_t)&world->keep->caches[1] % 64, 0);
    ck_assert_uint_eq((uintptr_t)&world->keep->logs[1] % 64, 0);
    world_destroy(world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("account");
    TCase *tests = tcase_create("account");

    tcase_add_test(tests, numbers_that_exist);
    tcase_add_test(tests, limit_of_single_frames);
    tcase_add_test(tests, limit_of_runs);
    tcase_add_test(tests, a_limit_below_the_use_refuses_and_takes_nothing_away);
    tcase_add_test(tests, the_payer_is_discharged_whoever_drops);
    tcase_add_test(tests, a_line_for_each);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
