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
    tcase_set_timeout(tests, 60);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
