/* The reserves: examples, and random tables against a model that walks every unit of every region. */
#include "kernel/memory/reserve.h"
#include "tests/host/random.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define PAGE UINT64_C(4096)
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

static struct region_table table;
static struct region_table planned; /* the table before the plan */
static struct early early;
static struct reserve reserve;

static void claim(uint64_t base, uint64_t size, enum region_type type)
{
    if (region_claim(&table, base, size, type) != ERROR_NONE) {
        ck_abort_msg("claim of %lx", (unsigned long)base);
    }
}

static enum error plan_and_complete(void)
{
    region_table_seal(&table);
    planned = table;
    enum error error = reserve_plan(&reserve, &table);
    if (error == ERROR_NONE) {
        early_initialise(&early, &table);
        early.high_reachable = true;
        error = reserve_complete(&reserve, &early);
    }
    return error;
}

static uint64_t backing_of(enum reserve_level level, uint64_t frame)
{
    uint64_t backing = UINT64_MAX;

    ck_assert_int_eq(reserve_frame(&reserve, level, frame, &backing), ERROR_NONE);
    return backing;
}

static void expect_hole(enum reserve_level level, uint64_t frame)
{
    uint64_t backing = 77;

    ck_assert_int_eq(reserve_frame(&reserve, level, frame, &backing), ERROR_HOLE);
    ck_assert_uint_eq(backing, 77);
}

START_TEST(spans)
{
    ck_assert_uint_eq(reserve_spans[RESERVE_SLOTS], 64);
    ck_assert_uint_eq(reserve_spans[RESERVE_TABLE_1], 32768);
    ck_assert_uint_eq(reserve_spans[RESERVE_TABLE_2], 16777216);
    ck_assert_uint_eq(reserve_spans[RESERVE_LEDGER], 512);
}
END_TEST

/* 4 MiB at 0: 1024 frames need 16 pages of slots, a table, a directory, 2 ledger leaves: the top 20 frames. */
START_TEST(one_region)
{
    region_table_clear(&table);
    claim(0, 4 * MIB, REGION_USABLE);
    ck_assert_int_eq(plan_and_complete(), ERROR_NONE);
    ck_assert_uint_eq(table.count, 2);
    ck_assert_int_eq((int)table.regions[1].type, REGION_METADATA);
    ck_assert_uint_eq(table.regions[1].base / PAGE, 1004);
    ck_assert_uint_eq(table.regions[1].end / PAGE, 1024);
    for (uint64_t frame = 0; frame < 1024; frame++) {
        ck_assert_uint_eq(backing_of(RESERVE_SLOTS, frame), 1004 + frame / 64);
        ck_assert_uint_eq(backing_of(RESERVE_TABLE_1, frame), 1020);
        ck_assert_uint_eq(backing_of(RESERVE_TABLE_2, frame), 1021);
        ck_assert_uint_eq(backing_of(RESERVE_LEDGER, frame), 1022 + frame / 512);
    }
    expect_hole(RESERVE_SLOTS, 1024);
    expect_hole(RESERVE_LEDGER, 1024);
    ck_assert_uint_eq(backing_of(RESERVE_TABLE_1, 1024), 1020);
    expect_hole(RESERVE_TABLE_1, 32768);
    ck_assert_uint_eq(backing_of(RESERVE_TABLE_2, 32768), 1021);
    expect_hole(RESERVE_TABLE_2, 16777216);
    expect_hole(RESERVE_SLOTS, UINT64_MAX);
    expect_hole(RESERVE_LEVELS, 0);
    expect_hole((enum reserve_level) - 1, 0);
}
END_TEST

/* Units that two regions share belong to the lower one. */
START_TEST(shared_units)
{
    region_table_clear(&table);
    claim(0, 1000 * PAGE, REGION_USABLE);
    claim(1001 * PAGE, 1047 * PAGE, REGION_USABLE);
    ck_assert_int_eq(plan_and_complete(), ERROR_NONE);
    /* 16 pages of slots, a table, a directory, 2 leaves; then 16 and 2, since frame 1001 shares all of its units. */
    ck_assert_uint_eq(region_find(&table, 999 * PAGE)->base / PAGE, 980);
    ck_assert_uint_eq(region_find(&table, 2047 * PAGE)->base / PAGE, 2030);
    ck_assert_uint_eq(backing_of(RESERVE_SLOTS, 999), 995);
    ck_assert_uint_eq(backing_of(RESERVE_SLOTS, 1000), 995);
    ck_assert_uint_eq(backing_of(RESERVE_SLOTS, 1001), 995);
    ck_assert_uint_eq(backing_of(RESERVE_SLOTS, 1024), 2030);
    ck_assert_uint_eq(backing_of(RESERVE_TABLE_1, 1500), 996);
    ck_assert_uint_eq(backing_of(RESERVE_LEDGER, 1001), 999);
    ck_assert_uint_eq(backing_of(RESERVE_LEDGER, 1024), 2046);
}
END_TEST

/* Holes have no backing, save in units that a region touches. */
START_TEST(holes)
{
    region_table_clear(&table);
    claim(0, MIB, REGION_USABLE);
    claim(4 * MIB + 2 * PAGE, MIB, REGION_USABLE);
    claim(2 * MIB, MIB, REGION_RESERVED);
    ck_assert_int_eq(plan_and_complete(), ERROR_NONE);
    expect_hole(RESERVE_SLOTS, 256);
    expect_hole(RESERVE_SLOTS, 512);
    expect_hole(RESERVE_LEDGER, 512);
    expect_hole(RESERVE_SLOTS, 1023);
    uint64_t backing = backing_of(RESERVE_SLOTS, 1024);
    ck_assert_uint_eq(backing, backing_of(RESERVE_SLOTS, 1026));
    ck_assert_uint_eq(backing_of(RESERVE_LEDGER, 511), backing_of(RESERVE_LEDGER, 0));
}
END_TEST

/* A region keeps at least half of itself. */
START_TEST(half_of_a_region)
{
    /* The lower region owns the table and the directory, so small ones above need a slot page and a leaf. */
    for (uint64_t size = 1; size < 8; size++) {
        region_table_clear(&table);
        claim(0, 4 * MIB, REGION_USABLE);
        claim(6 * MIB, size * PAGE, REGION_USABLE);
        ck_assert_int_eq(plan_and_complete(), ERROR_NONE);
        bool carved = region_find(&table, 6 * MIB + (size - 1) * PAGE)->type == REGION_METADATA;
        ck_assert_int_eq(carved, size >= 4);
        if (carved) {
            ck_assert_uint_eq(backing_of(RESERVE_SLOTS, 1536), 1536 + size - 2);
            ck_assert_uint_eq(backing_of(RESERVE_LEDGER, 1536), 1536 + size - 1);
        } else {
            /* Early frames come from the largest region, from its bottom on. */
            ck_assert_uint_eq(backing_of(RESERVE_SLOTS, 1536), 0);
            ck_assert_uint_eq(backing_of(RESERVE_LEDGER, 1536), 1);
        }
    }
}
END_TEST

START_TEST(other_types_from_early_memory)
{
    static const enum region_type types[] = {REGION_KERNEL, REGION_MODULE, REGION_FRAMEBUFFER, REGION_RECLAIMABLE};

    for (uint32_t k = 0; k < 4; k++) {
        region_table_clear(&table);
        claim(0, 4 * MIB, REGION_USABLE);
        claim(16 * MIB, 130 * PAGE, types[k]);
        ck_assert_int_eq(plan_and_complete(), ERROR_NONE);
        ck_assert_uint_eq(backing_of(RESERVE_SLOTS, 4096), 0);
        ck_assert_uint_eq(backing_of(RESERVE_SLOTS, 4096 + 129), 2);
        ck_assert_uint_eq(backing_of(RESERVE_LEDGER, 4096), 3);
        ck_assert_uint_eq(early.low.next, 4 * PAGE);
        ck_assert_int_eq(early_retire(&early, &table), ERROR_NONE);
        ck_assert_int_eq((int)region_find(&table, 3 * PAGE)->type, REGION_EARLY);
    }
}
END_TEST

START_TEST(types_without_slots)
{
    static const enum region_type types[] = {REGION_BAD_MEMORY, REGION_NON_VOLATILE_SLEEP, REGION_RESERVED};

    for (uint32_t k = 0; k < 3; k++) {
        region_table_clear(&table);
        claim(0, 4 * MIB, REGION_USABLE);
        claim(16 * MIB, MIB, types[k]);
        claim(64 * MIB, MIB, REGION_USABLE);
        ck_assert_int_eq(plan_and_complete(), ERROR_NONE);
        expect_hole(RESERVE_SLOTS, 4096);
        ck_assert_uint_eq(early.low.next, early.low.base);
    }
}
END_TEST

START_TEST(too_little_early_memory)
{
    struct early before;

    region_table_clear(&table);
    claim(0, MIB, REGION_USABLE);
    claim(2 * MIB, MIB, REGION_MODULE);
    claim(64 * MIB, GIB, REGION_MODULE);
    region_table_seal(&table);
    ck_assert_int_eq(reserve_plan(&reserve, &table), ERROR_NONE);
    early_initialise(&early, &table);
    before = early;
    ck_assert_int_eq(reserve_complete(&reserve, &early), ERROR_NO_MEMORY);
    ck_assert_mem_eq(&early, &before, sizeof(early));
    ck_assert_int_eq(early_retire(&early, &table), ERROR_NONE);
    ck_assert_int_eq(reserve_complete(&reserve, &early), ERROR_NOT_PERMITTED);
}
END_TEST

START_TEST(plan_of_a_full_table)
{
    struct region_table before;

    region_table_clear(&table);
    for (uint64_t k = 0; k < BOOT_REGIONS / 2 - 1; k++) {
        claim(k * 2 * MIB, MIB, REGION_USABLE);
    }
    region_table_seal(&table);
    before = table;
    ck_assert_int_eq(reserve_plan(&reserve, &table), ERROR_NO_ROOM);
    ck_assert_mem_eq(&table, &before, sizeof(table));
    ck_assert_uint_eq(reserve.count, 0);

    /* 53 regions, 52 gaps and 53 carvings fit into 160; and the last free entries are used. */
    region_table_clear(&table);
    for (uint64_t k = 0; k < 54; k++) {
        claim(k * 2 * MIB, MIB, k == 53 ? REGION_KERNEL : REGION_USABLE);
    }
    ck_assert_int_eq(plan_and_complete(), ERROR_NONE);
    ck_assert_uint_eq(table.count, BOOT_REGIONS);
}
END_TEST

/* --- against the model --- */

#define MODEL_FRAMES (UINT64_C(1) << 22)

static uint8_t used[MODEL_FRAMES]; /* frames from the origin on that back something */
static uint64_t uses;              /* how many */

static void damage(const char *what, struct random *random, uint32_t round)
{
    ck_abort_msg("%s: QUIRE_SEED=%lu round %u", what, (unsigned long)random->seed, round);
}

/* Whether a region with slots touches the unit, in the table as it was before the plan. */
static const struct region *first_toucher(uint64_t first_frame, uint64_t end_frame)
{
    for (uint32_t k = 0; k < planned.count; k++) {
        const struct region *region = &planned.regions[k];
        if (region_type_has_slots(region->type) && region->base < end_frame * PAGE &&
            first_frame * PAGE < region->end) {
            return region;
        }
    }
    return NULL;
}

static void check_unit(enum reserve_level level, uint64_t unit, uint64_t origin, struct random *random, uint32_t round)
{
    uint64_t span = reserve_spans[level];
    const struct region *owner = first_toucher(unit * span, (unit + 1) * span);
    uint64_t inside = unit * span + random_below(random, span);
    uint64_t backing;
    enum error error = reserve_frame(&reserve, level, inside, &backing);

    if (owner == NULL) {
        if (error != ERROR_HOLE) {
            damage("a hole is backed", random, round);
        }
        return;
    }
    if (error != ERROR_NONE) {
        damage("a unit is not backed", random, round);
    }
    /* In the final table: METADATA of the owner itself, or early memory. */
    const struct region *home = region_find(&table, backing * PAGE);
    bool metadata = home && home->type == REGION_METADATA && backing * PAGE >= owner->base &&
                    backing * PAGE < owner->end && owner->type == REGION_USABLE;
    if (!metadata && (home == NULL || home->type != REGION_EARLY)) {
        damage("backed by memory that was not set aside", random, round);
    }
    if (used[backing - origin]) {
        damage("a frame backs two units", random, round);
    }
    used[backing - origin] = 1;
    uses++;
}

static uint64_t frames_of(enum region_type type)
{
    uint64_t frames = 0;

    for (uint32_t k = 0; k < table.count; k++) {
        if (table.regions[k].type == type) {
            frames += (table.regions[k].end - table.regions[k].base) / PAGE;
        }
    }
    return frames;
}

static void random_table(uint64_t origin, struct random *random)
{
    region_table_clear(&table);
    /* Early memory, so that completion succeeds. */
    claim(origin * PAGE, 64 * MIB, REGION_USABLE);
    for (uint64_t claims = random_below(random, 30); claims > 0; claims--) {
        uint64_t size = (UINT64_C(1) << random_below(random, 18)) + random_below(random, 100);
        uint64_t base = 16384 + random_below(random, random_below(random, 3) ? 4000 : MODEL_FRAMES / 2);
        enum region_type type =
            random_below(random, 3) ? REGION_USABLE : (enum region_type)random_below(random, REGION_USABLE);
        claim((origin + base) * PAGE, size * PAGE, type);
    }
}

START_TEST(random_tables)
{
    static const uint64_t origins[] = {0, 16384, 16777216 - 20000, 16777216 - 16384, UINT64_C(1) << 28};
    struct random random = random_start();
    uint32_t completed = 0;

    for (uint32_t round = 0; round < 1000; round++) {
        uint64_t origin = origins[random_below(&random, 5)];
        random_table(origin, &random);
        if (plan_and_complete() != ERROR_NONE || early_retire(&early, &table) != ERROR_NONE) {
            continue;
        }
        completed++;
        memset(used, 0, sizeof(used));
        uses = 0;
        for (int level = 0; level < RESERVE_LEVELS; level++) {
            uint64_t span = reserve_spans[level];
            uint64_t first = origin / span;
            for (uint64_t unit = first > 2 ? first - 2 : 0; unit <= table.frame_count / span + 1; unit++) {
                check_unit((enum reserve_level)level, unit, origin, &random, round);
            }
        }
        /* What was set aside is used, all of it: nothing is wasted. */
        if (uses != frames_of(REGION_METADATA) + frames_of(REGION_EARLY)) {
            damage("frames set aside for nothing", &random, round);
        }
        /* Usable regions lost at most half. */
        for (uint32_t k = 0; k < planned.count; k++) {
            const struct region *region = &planned.regions[k];
            const struct region *top = region_find(&table, region->end - PAGE);
            if (top->type == REGION_METADATA && (top->end - top->base) * 2 > region->end - region->base) {
                damage("a region lost more than half", &random, round);
            }
        }
    }
    ck_assert_uint_gt(completed, 900);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reserve");
    TCase *examples = tcase_create("examples");
    TCase *models = tcase_create("model");

    tcase_add_test(examples, spans);
    tcase_add_test(examples, one_region);
    tcase_add_test(examples, shared_units);
    tcase_add_test(examples, holes);
    tcase_add_test(examples, half_of_a_region);
    tcase_add_test(examples, other_types_from_early_memory);
    tcase_add_test(examples, types_without_slots);
    tcase_add_test(examples, too_little_early_memory);
    tcase_add_test(examples, plan_of_a_full_table);
    tcase_add_test(models, random_tables);
    tcase_set_timeout(models, 120);
    suite_add_tcase(suite, examples);
    suite_add_tcase(suite, models);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
