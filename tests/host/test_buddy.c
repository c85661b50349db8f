/* The buddy: seeding on demand, splitting, claiming out of the middle, joining, zones; against a plain model. */
#include "servers/frameserv/core/buddy.h"
#include "tests/host/frames_world.h"
#include "tests/host/random.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct world *world;
static struct buddy *buddy;
static struct undo_log *undo;
static uint64_t longest; /* transaction so far */

static void create(struct world *made)
{
    world = made;
    buddy = &world->keep->buddy;
    undo = &world->keep->logs[0];
}

/* Marks frames as the test's own, as the allocator does for a payer. */
static void own(struct transaction *transaction, uint64_t frame, uint64_t size)
{
    for (uint64_t k = 0; k < size; k++) {
        struct slot *slot = world_slot(world, frame + k);
        if (size <= 16)
            wr(transaction, &slot->kind_word, kind_word(KIND_UNTYPED, 0, ACCOUNT_SYSTEM));
        else
            slot->kind_word = kind_word(KIND_UNTYPED, 0, ACCOUNT_SYSTEM);
        slot->ref_count = 1;
        slot->storage[0] = slot->storage[1] = 0x1234; /* a client's */
    }
    world->keep->accounts[ACCOUNT_SYSTEM].used += size;
}

static void commit(struct transaction *transaction)
{
    if (transaction->length > longest)
        longest = transaction->length;
    transaction_commit(transaction);
}

static bool take(uint32_t order, uint64_t *frame)
{
    struct block block;

    if (!buddy_find(buddy, &world->window, undo, order, &block))
        return false;
    struct transaction transaction = transaction_begin(undo);
    buddy_take(buddy, &world->window, &transaction, block, block.frame, order);
    own(&transaction, block.frame, UINT64_C(1) << order);
    commit(&transaction);
    *frame = block.frame;
    return true;
}

static bool claim(uint64_t frame, uint32_t order)
{
    struct block block;

    if (!buddy_find_frame(buddy, &world->window, undo, frame, &block) || block.order < order)
        return false;
    struct transaction transaction = transaction_begin(undo);
    buddy_take(buddy, &world->window, &transaction, block, frame, order);
    own(&transaction, frame, UINT64_C(1) << order);
    commit(&transaction);
    return true;
}

static void give(uint64_t frame, uint32_t order)
{
    struct transaction transaction = transaction_begin(undo);
    uint64_t size = UINT64_C(1) << order;

    for (uint64_t k = 0; k < size; k++)
        world_slot(world, frame + k)->ref_count = REF_COUNT_UNUSED;
    for (uint64_t k = 1; k < size; k++)
        world_slot(world, frame + k)->kind_word = 0;
    buddy_give(buddy, &world->window, &transaction, frame, order);
    commit(&transaction);
    world->keep->accounts[ACCOUNT_SYSTEM].used -= size;
}

static uint32_t free_blocks(uint32_t zone, uint32_t order)
{
    uint32_t count = 0;

    for (uint64_t frame = buddy->first[zone][order]; frame != FRAME_NONE; frame = world_slot(world, frame)->storage[0])
        count += 1;
    return count;
}

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

/* Random requests against an array that says whose each frame is. */
#define MODEL_FRAMES (3 * 4096)
#define OPERATIONS 1200000

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
    uint64_t free_frames = MODEL_FRAMES;

    create(world_create_plain(MODEL_FRAMES));
    memset(taken, 0, sizeof(taken));
    for (uint64_t n = 0; n < OPERATIONS; n++) {
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
