/* The buddy: seeding on demand, splitting, claiming out of the middle, joining, zones. */
#include "tests/host/buddy_calls.h"
#include <check.h>
#include <stdlib.h>

START_TEST(nothing_is_touched_until_asked_for)
{
    uint64_t frame;

    create(world_create_plain(3 * GRANULE_FRAMES));
    ck_assert_uint_eq(buddy_free_frames(buddy), 3 * GRANULE_FRAMES);
    ck_assert(take(18, &frame));
    ck_assert_uint_eq(world->pages_backed, GRANULE_FRAMES / 64); /* by this test, which writes every slot of it */
    give(frame, 18);
    ck_assert_uint_eq(buddy->fresh[0], 3);
    world_destroy(world);

    create(world_create_plain(3 * GRANULE_FRAMES));
    ck_assert(take(0, &frame));
    ck_assert_uint_le(world->pages_backed, 19);   /* a slot for each block that was split off */
    ck_assert_uint_eq(frame, 2 * GRANULE_FRAMES); /* the highest granule first */
    world_destroy(world);
}
END_TEST

START_TEST(initial_blocks_are_maximal)
{
    static const struct world_region regions[] = {{REGION_KERNEL, 5},   {REGION_USABLE, 3 + 8 + 16 + 5},
                                                  {REGION_KERNEL, 1},   {REGION_USABLE, 1},
                                                  {REGION_UNKNOWN, 26}, {REGION_USABLE, 64},
                                                  {REGION_UNKNOWN, 0}};
    uint64_t frame;

    create(world_create(regions)); /* usable: 5 to 36, 38, and 65 to 128 */
    ck_assert(take(0, &frame));
    give(frame, 0);
    static const uint32_t blocks[] = {[0] = 5, [1] = 2, [2] = 2, [3] = 2, [4] = 2, [5] = 1};
    for (uint32_t order = 0; order < 6; order++)
        ck_assert_uint_eq(free_blocks(ZONE_LOW, order), blocks[order]);
    ck_assert_uint_eq(world_check(world).in_blocks, 97);
    world_destroy(world);
}
END_TEST

START_TEST(frame_0_and_the_last_frame_are_frames)
{
    create(world_create_plain(67));
    ck_assert(claim(0, 0));
    ck_assert(claim(66, 0));
    ck_assert(!claim(0, 0));
    ck_assert_uint_eq(buddy_free_frames(buddy), 65);
    give(0, 0);
    give(66, 0);
    ck_assert_uint_eq(world_check(world).in_blocks, 67);
    ck_assert_uint_eq(free_blocks(ZONE_LOW, 6), 1);
    ck_assert_uint_eq(free_blocks(ZONE_LOW, 1), 1);
    ck_assert_uint_eq(free_blocks(ZONE_LOW, 0), 1);
    world_destroy(world);
}
END_TEST

START_TEST(smallest_block_that_fits_is_split)
{
    uint64_t frame;

    create(world_create_plain(64));
    ck_assert(claim(17, 0)); /* leaves 16, 18-19, 20-23, 24-31, 0-15, 32-63 */
    ck_assert(take(0, &frame));
    ck_assert_uint_eq(frame, 16);
    ck_assert(take(0, &frame));
    ck_assert_uint_eq(frame, 18);
    ck_assert(take(2, &frame));
    ck_assert_uint_eq(frame, 20);
    ck_assert(take(4, &frame));
    ck_assert_uint_eq(frame, 0);
    ck_assert(take(5, &frame));
    ck_assert_uint_eq(frame, 32);
    ck_assert(!take(4, &frame)); /* 9 are left, but no 16 */
    ck_assert(take(3, &frame));
    ck_assert_uint_eq(frame, 24);
    ck_assert(take(0, &frame));
    ck_assert_uint_eq(frame, 19);
    ck_assert(!take(0, &frame));
    ck_assert_uint_eq(buddy_free_frames(buddy), 0);
    world_destroy(world);
}
END_TEST

START_TEST(claim_anywhere_and_give_back_restores)
{
    static const uint64_t frames[] = {0, 1, 63, 64, 4095, 4096, 131071, 131072, 200003, 262143};

    create(world_create_plain(GRANULE_FRAMES));
    for (uint32_t k = 0; k < sizeof(frames) / sizeof(frames[0]); k++) {
        ck_assert(claim(frames[k], 0));
        ck_assert(!claim(frames[k], 0));
    }
    ck_assert_uint_eq(buddy_free_frames(buddy), GRANULE_FRAMES - sizeof(frames) / sizeof(frames[0]));
    world_check(world);
    for (uint32_t k = 0; k < sizeof(frames) / sizeof(frames[0]); k++)
        give(frames[k], 0);
    ck_assert_uint_eq(free_blocks(ZONE_LOW, 18), 1);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(claim_of_a_larger_block)
{
    create(world_create_plain(1024));
    ck_assert(claim(512 + 64, 6));
    ck_assert(!claim(512, 7)); /* half of it is taken */
    ck_assert(claim(512, 6));
    ck_assert(!claim(600, 3));
    give(512 + 64, 6);
    give(512, 6);
    ck_assert_uint_eq(free_blocks(ZONE_LOW, 10), 1);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(holes_are_not_touched)
{
    uint64_t frame;

    create(world_create_usual());
    for (uint64_t n = 0; n < 500; n++)
        ck_assert(take(n % 8 == 0 ? 6 : 0, &frame));
    for (uint64_t granted = 0; take(0, &frame); granted++)
        ck_assert_uint_lt(granted, 200000);
    ck_assert_uint_eq(buddy_free_frames(buddy), 0);
    for (uint32_t k = 0; k < world->window.region_count; k++) {
        const struct boot_region *region = &world->window.regions[k];
        uint64_t first = region->base / FRAME_SIZE;
        if (region->type != REGION_USABLE)
            continue;
        for (frame = first; frame < first + region->size / FRAME_SIZE; frame++)
            give(frame, 0);
    }
    ck_assert_uint_eq(world_check(world).in_blocks, 8 + 150 + 120000 + 8123);
    world_destroy(world); /* a touch in a hole would have ended the test */
}
END_TEST

START_TEST(high_zone_first_low_zone_last)
{
    static const struct world_region regions[] = {{REGION_USABLE, 100},
                                                  {REGION_UNKNOWN, ZONE_HIGH_FIRST_FRAME - 100 - 4},
                                                  {REGION_USABLE, 4 + 32},
                                                  {REGION_UNKNOWN, 0}};
    uint64_t frame;

    create(world_create(regions));
    for (uint64_t k = 0; k < 32; k++) {
        ck_assert(take(0, &frame));
        ck_assert_uint_ge(frame, ZONE_HIGH_FIRST_FRAME);
    }
    ck_assert_uint_eq(world_check(world).fresh, 104);
    ck_assert(take(6, &frame)); /* seeds granule 3, whose 4 frames do not fit, and then granule 0 */
    ck_assert_uint_eq(frame, 0);
    ck_assert_uint_eq(buddy->fresh[0], 0);
    for (uint64_t k = 0; k < 40; k++)
        ck_assert(take(0, &frame));
    ck_assert(!take(0, &frame));
    world_destroy(world);
}
END_TEST

START_TEST(no_block_crosses_4_gib)
{
    uint64_t frame;

    create(world_create_plain(ZONE_HIGH_FIRST_FRAME + 64));
    ck_assert(claim(ZONE_HIGH_FIRST_FRAME - 1, 0));
    ck_assert(claim(ZONE_HIGH_FIRST_FRAME, 0));
    give(ZONE_HIGH_FIRST_FRAME, 0);
    give(ZONE_HIGH_FIRST_FRAME - 1, 0);
    ck_assert_uint_eq(free_blocks(ZONE_HIGH, 6), 1);
    ck_assert_uint_eq(free_blocks(ZONE_LOW, 18), 1);
    ck_assert(take(18, &frame));
    ck_assert_uint_lt(frame, ZONE_HIGH_FIRST_FRAME);
    world_destroy(world);
}
END_TEST

START_TEST(memory_added_later_joins)
{
    static const struct world_region regions[] = {
        {REGION_USABLE, 16}, {REGION_EARLY, 16}, {REGION_USABLE, 32}, {REGION_UNKNOWN, 0}};
    struct transaction transaction;

    create(world_create(regions));
    for (uint64_t frame = 31; frame >= 16; frame--) { /* as when boot's own frames come back, before any seeding */
        struct slot *slot = world_slot(world, frame);
        slot->ref_count = REF_COUNT_UNUSED;
        transaction = transaction_begin(undo);
        buddy_give(buddy, &world->window, &transaction, frame, 0);
        commit(&transaction);
        world->keep->accounts[ACCOUNT_SYSTEM].used -= 1;
    }
    ck_assert_uint_eq(free_blocks(ZONE_LOW, 4), 1);
    ck_assert(claim(0, 0)); /* seeds */
    give(0, 0);
    ck_assert_uint_eq(free_blocks(ZONE_LOW, 6), 1);
    ck_assert_uint_eq(world_check(world).in_blocks, 64);
    world_destroy(world);
}
END_TEST

START_TEST(forged_storage_of_a_granted_frame_means_nothing)
{
    uint64_t frame;

    create(world_create_plain(64));
    ck_assert(claim(6, 0));
    ck_assert(claim(7, 0));
    struct slot *slot = world_slot(world, 7);
    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
        slot->storage[k] = 6; /* looks like links of a free block */
    give(6, 0);
    ck_assert_uint_eq(free_blocks(ZONE_LOW, 0), 1); /* not joined with 7 */
    ck_assert(take(0, &frame));
    ck_assert_uint_eq(frame, 6);
    world_destroy(world);
}
END_TEST

/* Slots next to a hole, at every distance where the buddy looks. */
START_TEST(neighbours_in_holes_are_not_touched)
{
    static const struct world_region regions[] = {{REGION_UNKNOWN, 64}, {REGION_USABLE, 128},  {REGION_UNKNOWN, 64},
                                                  {REGION_USABLE, 128}, {REGION_UNKNOWN, 128}, {REGION_USABLE, 3},
                                                  {REGION_UNKNOWN, 0}};
    uint64_t frame;

    create(world_create(regions));
    for (frame = 0; frame < 515; frame++) {
        bool usable = window_region(&world->window, frame)->type == REGION_USABLE;
        if (!usable)
            continue;
        ck_assert(claim(frame, 0));
        ck_assert(!claim(frame, 0)); /* looks for a block at every order */
    }
    for (frame = 0; frame < 515; frame++) {
        if (window_region(&world->window, frame)->type == REGION_USABLE)
            give(frame, 0);
    }
    ck_assert_uint_eq(free_blocks(ZONE_LOW, 6), 2);
    ck_assert_uint_eq(free_blocks(ZONE_LOW, 7), 1);
    ck_assert_uint_eq(world_check(world).in_blocks, 128 + 128 + 3);
    world_destroy(world);
}
END_TEST

/* As after a kill while a granule was made blocks of. */
START_TEST(interrupted_seeding_goes_on)
{
    uint64_t frame;

    for (uint32_t by_number = 0; by_number < 2; by_number++) {
        create(world_create_plain(100));
        buddy->fresh[0] = 0;
        buddy->seed_end = 100;
        ck_assert_uint_eq(world_check(world).fresh, 100);
        if (by_number)
            ck_assert(claim(70, 0));
        else
            ck_assert(take(0, &frame));
        ck_assert_uint_eq(world_check(world).in_blocks, 99);
        world_destroy(world);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("buddy");
    TCase *tests = tcase_create("buddy");

    tcase_add_test(tests, nothing_is_touched_until_asked_for);
    tcase_add_test(tests, initial_blocks_are_maximal);
    tcase_add_test(tests, frame_0_and_the_last_frame_are_frames);
    tcase_add_test(tests, smallest_block_that_fits_is_split);
    tcase_add_test(tests, claim_anywhere_and_give_back_restores);
    tcase_add_test(tests, claim_of_a_larger_block);
    tcase_add_test(tests, holes_are_not_touched);
    tcase_add_test(tests, high_zone_first_low_zone_last);
    tcase_add_test(tests, no_block_crosses_4_gib);
    tcase_add_test(tests, memory_added_later_joins);
    tcase_add_test(tests, forged_storage_of_a_granted_frame_means_nothing);
    tcase_add_test(tests, neighbours_in_holes_are_not_touched);
    tcase_add_test(tests, interrupted_seeding_goes_on);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
