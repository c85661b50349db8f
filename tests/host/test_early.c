/* The early allocator. */
#include "kernel/memory/early.h"
#include "tests/host/random.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define PAGE UINT64_C(4096)
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

static struct region_table table;
static struct early early;
static uint64_t address;

static void claim(uint64_t base, uint64_t size, enum region_type type)
{
    if (region_claim(&table, base, size, type) != ERROR_NONE) {
        ck_abort_msg("claim of %lx", (unsigned long)base);
    }
}

/* Frames that can still be given out. */
static uint64_t left(void)
{
    uint64_t bytes = early.low.end - early.low.next;

    return (early.high_reachable ? bytes + early.high.end - early.high.next : bytes) / PAGE;
}

static void start(void)
{
    region_table_seal(&table);
    early_initialise(&early, &table);
}

/* 4 MiB below 4 GiB and 8 MiB above. */
static void two_ranges(void)
{
    region_table_clear(&table);
    claim(MIB, 4 * MIB, REGION_USABLE);
    claim(16 * MIB, 2 * MIB, REGION_USABLE);
    claim(5 * GIB, 8 * MIB, REGION_USABLE);
    claim(7 * GIB, 7 * MIB, REGION_USABLE);
    start();
}

static void expect_unchanged(enum error error, uint64_t frames)
{
    struct early before = early;

    address = 77;
    ck_assert_int_eq(early_allocate(&early, frames, &address), error);
    ck_assert_mem_eq(&early, &before, sizeof(early));
    ck_assert_uint_eq(address, 77);
}

START_TEST(largest_stretches)
{
    two_ranges();
    ck_assert_uint_eq(early.low.base, MIB);
    ck_assert_uint_eq(early.low.next, MIB);
    ck_assert_uint_eq(early.low.end, 5 * MIB);
    ck_assert_uint_eq(early.high.base, 5 * GIB);
    ck_assert_uint_eq(early.high.end, 5 * GIB + 8 * MIB);
    ck_assert(!early.high_reachable && !early.retired);
}
END_TEST

START_TEST(of_equals_the_lowest)
{
    region_table_clear(&table);
    claim(MIB, MIB, REGION_USABLE);
    claim(3 * MIB, MIB, REGION_USABLE);
    claim(5 * GIB, MIB, REGION_USABLE);
    claim(6 * GIB, MIB, REGION_USABLE);
    region_table_seal(&table);
    /* Behind the last region: not to be read. */
    table.regions[table.count] = (struct region){.base = 0, .end = 8 * GIB, .type = REGION_USABLE};
    early_initialise(&early, &table);
    ck_assert_uint_eq(early.low.base, MIB);
    ck_assert_uint_eq(early.low.end, 2 * MIB);
    ck_assert_uint_eq(early.high.base, 5 * GIB);
}
END_TEST

START_TEST(only_usable_memory)
{
    region_table_clear(&table);
    claim(0, 8 * MIB, REGION_MODULE);
    claim(8 * MIB, PAGE, REGION_USABLE);
    claim(9 * MIB, 8 * MIB, REGION_RECLAIMABLE);
    start();
    ck_assert_uint_eq(left(), 1);
    ck_assert_int_eq(early_allocate(&early, 1, &address), ERROR_NONE);
    ck_assert_uint_eq(address, 8 * MIB);
    early.high_reachable = true;
    expect_unchanged(ERROR_NO_MEMORY, 1);
}
END_TEST

START_TEST(region_across_4_gib)
{
    region_table_clear(&table);
    claim(4 * GIB - 2 * MIB, 5 * MIB, REGION_USABLE);
    claim(MIB, MIB, REGION_USABLE);
    claim(8 * GIB, MIB, REGION_USABLE);
    start();
    ck_assert_uint_eq(early.low.base, 4 * GIB - 2 * MIB);
    ck_assert_uint_eq(early.low.end, 4 * GIB);
    ck_assert_uint_eq(early.high.base, 4 * GIB);
    ck_assert_uint_eq(early.high.end, 4 * GIB + 3 * MIB);
}
END_TEST

START_TEST(region_at_4_gib)
{
    region_table_clear(&table);
    claim(4 * GIB, MIB, REGION_USABLE);
    start();
    ck_assert_uint_eq(early.low.end - early.low.base, 0);
    ck_assert_uint_eq(early.high.base, 4 * GIB);
    expect_unchanged(ERROR_NO_MEMORY, 1);
    early.high_reachable = true;
    ck_assert_int_eq(early_allocate(&early, 256, &address), ERROR_NONE);
    ck_assert_uint_eq(address, 4 * GIB);
    expect_unchanged(ERROR_NO_MEMORY, 1);

    region_table_clear(&table);
    claim(4 * GIB - MIB, MIB, REGION_USABLE);
    start();
    ck_assert_uint_eq(early.low.end, 4 * GIB);
    ck_assert_uint_eq(early.high.end - early.high.base, 0);
}
END_TEST

START_TEST(frame_0_is_a_frame)
{
    region_table_clear(&table);
    claim(0, 2 * PAGE, REGION_USABLE);
    start();
    address = 77;
    ck_assert_int_eq(early_allocate(&early, 1, &address), ERROR_NONE);
    ck_assert_uint_eq(address, 0);
}
END_TEST

START_TEST(low_first_then_high)
{
    two_ranges();
    ck_assert_uint_eq(left(), 4 * MIB / PAGE);
    ck_assert_int_eq(early_allocate(&early, 1000, &address), ERROR_NONE);
    ck_assert_uint_eq(address, MIB);
    expect_unchanged(ERROR_NO_MEMORY, 25);
    early.high_reachable = true;
    ck_assert_uint_eq(left(), 24 + 8 * MIB / PAGE);
    ck_assert_int_eq(early_allocate(&early, 25, &address), ERROR_NONE);
    ck_assert_uint_eq(address, 5 * GIB);
    ck_assert_int_eq(early_allocate(&early, 24, &address), ERROR_NONE);
    ck_assert_uint_eq(address, MIB + 1000 * PAGE);
    ck_assert_int_eq(early_allocate(&early, 2, &address), ERROR_NONE);
    ck_assert_uint_eq(address, 5 * GIB + 25 * PAGE);
    expect_unchanged(ERROR_NO_MEMORY, 2048 - 27 + 1);
    ck_assert_int_eq(early_allocate(&early, 2048 - 27, &address), ERROR_NONE);
    ck_assert_uint_eq(left(), 0);
    expect_unchanged(ERROR_NO_MEMORY, 1);
}
END_TEST

START_TEST(absurd_counts)
{
    two_ranges();
    early.high_reachable = true;
    expect_unchanged(ERROR_BAD_COUNT, 0);
    expect_unchanged(ERROR_NO_MEMORY, UINT64_MAX);
    expect_unchanged(ERROR_NO_MEMORY, UINT64_MAX / PAGE);
    expect_unchanged(ERROR_NO_MEMORY, UINT64_C(1) << 52);
    expect_unchanged(ERROR_NO_MEMORY, (UINT64_C(1) << 52) + 1);
}
END_TEST

START_TEST(retires_what_was_used)
{
    two_ranges();
    early.high_reachable = true;
    ck_assert_int_eq(early_allocate(&early, 1024, &address), ERROR_NONE);
    ck_assert_int_eq(early_allocate(&early, 3, &address), ERROR_NONE);
    ck_assert_int_eq(early_retire(&early, &table), ERROR_NONE);
    ck_assert_uint_eq(region_find(&table, MIB)->end, 5 * MIB);
    ck_assert_int_eq((int)region_find(&table, MIB)->type, REGION_EARLY);
    ck_assert_int_eq((int)region_find(&table, 5 * GIB)->type, REGION_EARLY);
    ck_assert_uint_eq(region_find(&table, 5 * GIB)->end, 5 * GIB + 3 * PAGE);
    ck_assert_int_eq((int)region_find(&table, 5 * GIB + 3 * PAGE)->type, REGION_USABLE);
    expect_unchanged(ERROR_NOT_PERMITTED, 1);
    expect_unchanged(ERROR_NOT_PERMITTED, 0);
    ck_assert_int_eq(early_retire(&early, &table), ERROR_NOT_PERMITTED);
}
END_TEST

START_TEST(retires_unused)
{
    struct region_table before;

    two_ranges();
    before = table;
    ck_assert_int_eq(early_retire(&early, &table), ERROR_NONE);
    ck_assert_mem_eq(&table, &before, sizeof(table));
    expect_unchanged(ERROR_NOT_PERMITTED, 1);
}
END_TEST

/* With room for one of two splits nothing is carved. */
START_TEST(retire_into_a_full_table)
{
    struct region_table before;
    struct early early_before;

    two_ranges();
    early.high_reachable = true;
    ck_assert_int_eq(early_allocate(&early, 1023, &address), ERROR_NONE);
    ck_assert_int_eq(early_allocate(&early, 3, &address), ERROR_NONE);
    for (uint64_t k = 0; table.count + 1 < BOOT_REGIONS; k++) {
        uint64_t at = 8 * MIB + 2 * k * PAGE;
        ck_assert_int_eq(region_carve(&table, at, at + PAGE, k % 2 ? REGION_KERNEL : REGION_MODULE), ERROR_NONE);
        if (table.count + 2 == BOOT_REGIONS) {
            ck_assert_int_eq(region_carve(&table, 7 * GIB, 7 * GIB + PAGE, REGION_KERNEL), ERROR_NONE);
        }
    }
    ck_assert_uint_eq(table.count, BOOT_REGIONS - 1);
    before = table;
    early_before = early;
    ck_assert_int_eq(early_retire(&early, &table), ERROR_NO_ROOM);
    ck_assert_mem_eq(&table, &before, sizeof(table));
    ck_assert_mem_eq(&early, &early_before, sizeof(early));
    /* The allocator still serves; with one range used up, the room is enough. */
    ck_assert_int_eq(early_allocate(&early, 1, &address), ERROR_NONE);
    ck_assert_int_eq(early_retire(&early, &table), ERROR_NONE);
    ck_assert_uint_eq(table.count, BOOT_REGIONS);
}
END_TEST

/* No two allocations overlap, and the table says EARLY exactly where they are. */
START_TEST(random_allocations)
{
    struct random random = random_start();

    for (uint32_t round = 0; round < 2000; round++) {
        uint64_t given = 0;
        uint64_t carved = 0;
        uint64_t low_next = MIB;
        uint64_t high_next = 5 * GIB;
        two_ranges();
        for (uint64_t count = random_below(&random, 40); count > 0; count--) {
            uint64_t frames = 1 + random_below(&random, 300);
            early.high_reachable |= random_below(&random, 8) == 0;
            if (early_allocate(&early, frames, &address) != ERROR_NONE) {
                continue;
            }
            uint64_t *next = address < 4 * GIB ? &low_next : &high_next;
            if (address != *next) {
                ck_abort_msg("QUIRE_SEED=%lu round %u", (unsigned long)random.seed, round);
            }
            *next += frames * PAGE;
            given += frames;
        }
        ck_assert_int_eq(early_retire(&early, &table), ERROR_NONE);
        for (uint32_t k = 0; k < table.count; k++) {
            if (table.regions[k].type == REGION_EARLY) {
                carved += (table.regions[k].end - table.regions[k].base) / PAGE;
            }
        }
        ck_assert_uint_eq(given, carved);
    }
}
END_TEST

static uint64_t take(uint64_t frames)
{
    address = 77;
    ck_assert_int_eq(early_allocate(&early, frames, &address), ERROR_NONE);
    return address;
}

static void give(uint64_t base, uint64_t frames)
{
    ck_assert_int_eq(early_free(&early, base, frames), ERROR_NONE);
}

START_TEST(the_last_one_is_freed)
{
    two_ranges();
    early.high_reachable = true;
    uint64_t all = left();
    uint64_t first = take(3);
    uint64_t second = take(4);
    give(second, 4);
    ck_assert_uint_eq(take(5), second);
    give(second + PAGE, 4); /* a part of it */
    ck_assert_uint_eq(early.low.next, second + PAGE);
    give(second, 1);
    give(first, 3);
    ck_assert_uint_eq(left(), all);
    ck_assert_uint_eq(early.hole_count, 0);
    take(1024);
    ck_assert_uint_eq(take(2048), 5 * GIB);
    give(5 * GIB, 2048);
    give(MIB, 1024);
    ck_assert_uint_eq(left(), all);
}
END_TEST

START_TEST(holes_are_filled_first)
{
    two_ranges();
    uint64_t base = take(10);
    give(base + 2 * PAGE, 3);
    give(base + 7 * PAGE, 1);
    ck_assert_uint_eq(early.hole_count, 2);
    ck_assert_uint_eq(take(1), base + 2 * PAGE);
    ck_assert_uint_eq(take(3), base + 10 * PAGE); /* more than a hole has */
    ck_assert_uint_eq(take(2), base + 3 * PAGE);
    ck_assert_uint_eq(take(1), base + 7 * PAGE);
    ck_assert_uint_eq(early.hole_count, 0);
    take(1024 - 13);
    early.high_reachable = true;
    give(base, 1);
    ck_assert_uint_eq(take(2), 5 * GIB);
    give(5 * GIB, 1);
    ck_assert_uint_eq(take(1), base); /* low before high */
    early.high_reachable = false;
    expect_unchanged(ERROR_NO_MEMORY, 1);
    early.high_reachable = true;
    ck_assert_uint_eq(take(1), 5 * GIB);
}
END_TEST

/* Neighbours stay holes of their own, and are one stretch of free memory in the end. */
START_TEST(holes_beside_one_another)
{
    two_ranges();
    uint64_t base = take(10);
    give(base + 1 * PAGE, 1);
    give(base + 3 * PAGE, 1);
    give(base + 2 * PAGE, 1);
    ck_assert_uint_eq(early.hole_count, 3);
    ck_assert_uint_eq(take(2), base + 10 * PAGE);
    ck_assert_int_eq(early_retire(&early, &table), ERROR_NONE);
    ck_assert_int_eq((int)region_find(&table, base)->type, REGION_EARLY);
    ck_assert_uint_eq(region_find(&table, base + PAGE)->base, base + PAGE);
    ck_assert_uint_eq(region_find(&table, base + PAGE)->end, base + 4 * PAGE);
    ck_assert_int_eq((int)region_find(&table, base + PAGE)->type, REGION_USABLE);
    ck_assert_int_eq((int)region_find(&table, base + 4 * PAGE)->type, REGION_EARLY);
}
END_TEST

static void expect_not_freed(enum error error, uint64_t base, uint64_t frames)
{
    struct early before = early;

    ck_assert_int_eq(early_free(&early, base, frames), error);
    ck_assert_mem_eq(&early, &before, sizeof(early));
}

START_TEST(what_can_not_be_freed)
{
    two_ranges();
    early.high_reachable = true;
    uint64_t base = take(40);
    give(base + 10 * PAGE, 5);
    expect_not_freed(ERROR_NOT_ALIGNED, base + 1, 1);
    expect_not_freed(ERROR_BAD_COUNT, base, 0);
    expect_not_freed(ERROR_OUT_OF_BOUND, base - PAGE, 1);
    expect_not_freed(ERROR_OUT_OF_BOUND, base - PAGE, 2);
    expect_not_freed(ERROR_OUT_OF_BOUND, base + 40 * PAGE, 1);
    expect_not_freed(ERROR_OUT_OF_BOUND, base + 39 * PAGE, 2);
    expect_not_freed(ERROR_OUT_OF_BOUND, base, UINT64_MAX);
    expect_not_freed(ERROR_OUT_OF_BOUND, base, (UINT64_C(1) << 52) + 1); /* wraps to one frame */
    expect_not_freed(ERROR_OUT_OF_BOUND, UINT64_MAX - 4095, 1);
    expect_not_freed(ERROR_OUT_OF_BOUND, 5 * GIB, 1);
    expect_not_freed(ERROR_OUT_OF_BOUND, 0, 1);
    expect_not_freed(ERROR_UNUSED, base + 10 * PAGE, 5); /* twice */
    expect_not_freed(ERROR_UNUSED, base + 14 * PAGE, 1);
    expect_not_freed(ERROR_UNUSED, base + 9 * PAGE, 2);
    expect_not_freed(ERROR_UNUSED, base + 14 * PAGE, 2);
    expect_not_freed(ERROR_UNUSED, base, 40);
    ck_assert_int_eq(early_retire(&early, &table), ERROR_NONE);
    expect_not_freed(ERROR_NOT_PERMITTED, base, 1);
}
END_TEST

START_TEST(more_holes_than_can_be_noted)
{
    two_ranges();
    uint64_t base = take(100);
    for (uint64_t k = 0; k < EARLY_HOLES; k++)
        give(base + (2 * k + 1) * PAGE, 1);
    expect_not_freed(ERROR_NO_ROOM, base + 50 * PAGE, 1);
    give(base + 99 * PAGE, 1); /* what needs no further hole still goes */
    ck_assert_uint_eq(take(1), base + PAGE);
    give(base + 50 * PAGE, 1);
    expect_not_freed(ERROR_NO_ROOM, base + 60 * PAGE, 1);
}
END_TEST

START_TEST(ranges_that_touch)
{
    region_table_clear(&table);
    claim(4 * GIB - MIB, 2 * MIB, REGION_USABLE);
    start();
    early.high_reachable = true;
    take(256);
    take(256);
    give(4 * GIB - PAGE, 1);
    give(4 * GIB, 1);
    ck_assert_uint_eq(early.low.next, 4 * GIB - PAGE);
    ck_assert_uint_eq(early.hole_count, 1);
    expect_not_freed(ERROR_OUT_OF_BOUND, 4 * GIB - 2 * PAGE, 4);
    expect_unchanged(ERROR_NO_MEMORY, 2);
    ck_assert_int_eq(early_retire(&early, &table), ERROR_NONE);
    ck_assert_int_eq((int)region_find(&table, 4 * GIB - PAGE)->type, REGION_USABLE);
    ck_assert_int_eq((int)region_find(&table, 4 * GIB)->type, REGION_USABLE);
    ck_assert_int_eq((int)region_find(&table, 4 * GIB + PAGE)->type, REGION_EARLY);
}
END_TEST

/* With holes a table needs more room; without it nothing is carved. */
START_TEST(retire_with_holes_into_a_full_table)
{
    struct region_table before;
    struct early early_before;

    two_ranges();
    uint64_t base = take(100);
    give(base + 10 * PAGE, 1);
    give(base + 20 * PAGE, 1); /* 5 splits */
    for (uint64_t k = 0; table.count + 4 < BOOT_REGIONS; k++) {
        uint64_t at = 16 * MIB + PAGE + 2 * k * PAGE;
        ck_assert_int_eq(region_carve(&table, at, at + PAGE, REGION_KERNEL), ERROR_NONE);
    }
    before = table;
    early_before = early;
    ck_assert_int_eq(early_retire(&early, &table), ERROR_NO_ROOM);
    ck_assert_mem_eq(&table, &before, sizeof(table));
    ck_assert_mem_eq(&early, &early_before, sizeof(early));
    give(base + 11 * PAGE, 9); /* one hole less */
    ck_assert_int_eq(early_retire(&early, &table), ERROR_NONE);
    ck_assert_int_eq((int)region_find(&table, base + 15 * PAGE)->type, REGION_USABLE);
    ck_assert_int_eq((int)region_find(&table, base + 9 * PAGE)->type, REGION_EARLY);
    ck_assert_int_eq((int)region_find(&table, base + 21 * PAGE)->type, REGION_EARLY);
}
END_TEST

/* Random calls against an array that says what is given out, and the region table in the end. */
#define MODEL_PAGES (4 * MIB / PAGE)

START_TEST(random_calls_against_a_model)
{
    struct random random = random_start();
    static bool given[2][2 * MODEL_PAGES];

    for (uint32_t round = 0; round < 500; round++) {
        two_ranges();
        early.high_reachable = true;
        memset(given, 0, sizeof(given));
        for (uint32_t n = 0; n < 400; n++) {
            uint64_t frames = 1 + random_below(&random, random_below(&random, 4) == 0 ? 300 : 12);
            uint32_t high = random_below(&random, 4) == 0;
            uint64_t page = random_below(&random, 200);
            if (random_below(&random, 2) == 0) {
                if (early_allocate(&early, frames, &address) != ERROR_NONE)
                    continue;
                high = address >= 4 * GIB;
                page = (address - (high ? 5 * GIB : MIB)) / PAGE;
                for (uint64_t k = page; k < page + frames; k++) {
                    if (given[high][k])
                        ck_abort_msg("QUIRE_SEED=%lu round %u: given out twice", (unsigned long)random.seed, round);
                    given[high][k] = true;
                }
            } else {
                bool all = true;
                frames %= 12;
                for (uint64_t k = page; k < page + frames; k++)
                    all = all && given[high][k];
                enum error error = early_free(&early, (high ? 5 * GIB : MIB) + page * PAGE, frames);
                if (error == ERROR_NONE)
                    memset(&given[high][page], 0, frames);
                if (all && frames > 0 ? error != ERROR_NONE && (error != ERROR_NO_ROOM || early.hole_count < 16)
                                      : error == ERROR_NONE)
                    ck_abort_msg("QUIRE_SEED=%lu round %u: free of %lu frames, all in use %d: %d",
                                 (unsigned long)random.seed, round, (unsigned long)frames, all, error);
            }
        }
        ck_assert_int_eq(early_retire(&early, &table), ERROR_NONE);
        for (uint32_t high = 0; high < 2; high++) {
            for (uint64_t k = 0; k < (high ? 2 : 1) * MODEL_PAGES; k++) {
                uint64_t at = (high ? 5 * GIB : MIB) + k * PAGE;
                if ((region_find(&table, at)->type == REGION_EARLY) != given[high][k])
                    ck_abort_msg("QUIRE_SEED=%lu round %u: %lx", (unsigned long)random.seed, round, (unsigned long)at);
            }
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("early");
    TCase *tests = tcase_create("early");

    tcase_add_test(tests, largest_stretches);
    tcase_add_test(tests, of_equals_the_lowest);
    tcase_add_test(tests, only_usable_memory);
    tcase_add_test(tests, region_across_4_gib);
    tcase_add_test(tests, region_at_4_gib);
    tcase_add_test(tests, frame_0_is_a_frame);
    tcase_add_test(tests, low_first_then_high);
    tcase_add_test(tests, absurd_counts);
    tcase_add_test(tests, retires_what_was_used);
    tcase_add_test(tests, retires_unused);
    tcase_add_test(tests, retire_into_a_full_table);
    tcase_add_test(tests, random_allocations);
    tcase_add_test(tests, the_last_one_is_freed);
    tcase_add_test(tests, holes_are_filled_first);
    tcase_add_test(tests, holes_beside_one_another);
    tcase_add_test(tests, what_can_not_be_freed);
    tcase_add_test(tests, more_holes_than_can_be_noted);
    tcase_add_test(tests, ranges_that_touch);
    tcase_add_test(tests, retire_with_holes_into_a_full_table);
    tcase_add_test(tests, random_calls_against_a_model);
    tcase_set_timeout(tests, 60);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
