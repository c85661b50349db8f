/* What the frame server makes of boot information: window, kept memory, kernel objects; and of nonsense. */
#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/boot.h"
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/start.h"
#include "tests/host/frames_world.h"
#include "tests/host/stop_point.h"
#include <check.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

static struct boot_information information;
static struct window window;

/* Usable, kernel, usable: 10 + 5 + 100 frames. */
static void sound(void)
{
    information = (struct boot_information){.abi_version = ABI_VERSION,
                                            .worker_count = 2,
                                            .frame_count = 115,
                                            .region_count = 3,
                                            .account_count = 4,
                                            .regions = {{0, 10 * FRAME_SIZE, REGION_USABLE, 0},
                                                        {10 * FRAME_SIZE, 5 * FRAME_SIZE, REGION_KERNEL, 0},
                                                        {15 * FRAME_SIZE, 100 * FRAME_SIZE, REGION_USABLE, 0}}};
}

static enum error window_of_it(void)
{
    return boot_window(&information, NULL, &window);
}

START_TEST(sound_information)
{
    sound();
    ck_assert_int_eq(window_of_it(), ERROR_NONE);
    ck_assert_uint_eq(window.frame_count, 115);
    ck_assert_uint_eq(window_region(&window, 12)->type, REGION_KERNEL);
}
END_TEST

START_TEST(another_abi)
{
    sound();
    information.abi_version += 1;
    ck_assert_int_eq(window_of_it(), ERROR_ABI_MISMATCH);
}
END_TEST

#define REFUSED(change)                                                                                                \
    do {                                                                                                               \
        sound();                                                                                                       \
        change;                                                                                                        \
        ck_assert_int_eq(window_of_it(), ERROR_BAD_BOOT_DATA);                                                         \
    } while (0)

START_TEST(information_that_contradicts_itself)
{
    REFUSED(information.frame_count = 0);
    REFUSED(information.frame_count = 114);
    REFUSED(information.frame_count = FRAMES_MAX + 1);
    REFUSED(information.region_count = 0);
    REFUSED(information.region_count = BOOT_REGIONS + 1);
    REFUSED(information.region_count = 2);
    REFUSED(information.object_count = BOOT_OBJECTS + 1);
    REFUSED(information.worker_count = 0);
    REFUSED(information.worker_count = WORKERS_MAX + 1);
    REFUSED(information.account_count = ACCOUNT_SYSTEM);
    REFUSED(information.account_count = UINT64_MAX);
    REFUSED(information.regions[1].base += FRAME_SIZE); /* a gap */
    REFUSED(information.regions[1].base -= FRAME_SIZE); /* an overlap */
    REFUSED(information.regions[1].size = 0);
    REFUSED(information.regions[1].size += 1);
    REFUSED(information.regions[2].size = UINT64_MAX - FRAME_SIZE + 1);
    REFUSED(information.regions[0].base = FRAME_SIZE);
    REFUSED(information.regions[1].type = REGION_TYPES);
}
END_TEST

START_TEST(patterns)
{
    struct slot usable = boot_pattern(REGION_USABLE);

    ck_assert_uint_eq(usable.ref_count, REF_COUNT_UNUSED);
    ck_assert_uint_eq(usable.kind_word, 0);
    for (uint32_t type = 0; type < REGION_TYPES; type++) {
        struct slot slot = boot_pattern((enum region_type)type);
        ck_assert_uint_eq(slot.in_list, 0);
        ck_assert_uint_eq(slot.storage[0] | slot.storage[4], 0);
        if (type == REGION_USABLE)
            continue;
        bool device = type == REGION_FRAMEBUFFER; /* nobody's until it is claimed */
        ck_assert_uint_eq(slot.ref_count, device ? REF_COUNT_UNUSED : 1);
        ck_assert_uint_eq(kind_word_kind(slot.kind_word), region_kind((enum region_type)type));
        ck_assert_uint_eq(kind_word_payer(slot.kind_word), device ? ACCOUNT_NOBODY : ACCOUNT_SYSTEM);
    }
}
END_TEST

START_TEST(kept_memory)
{
    struct world *world = world_create_usual(); /* fills it with rubbish first */
    const struct keep *keep = world->keep;

    ck_assert_uint_eq(keep->version, KEEP_VERSION);
    ck_assert_uint_eq(keep->workers, WORLD_WORKERS);
    ck_assert_uint_eq(keep->memory_frames, 8 + 150 + 120000 + 8123 + 200 + 37 + 2000 + 300 + 17);
    ck_assert(!account_is_open(keep->accounts[0].state));
    ck_assert(account_is_open(keep->accounts[3].state));
    ck_assert_uint_eq(keep->accounts[3].limit, ACCOUNT_UNLIMITED);
    ck_assert(!account_is_open(keep->accounts[4].state));
    ck_assert_uint_eq(keep->accounts[ACCOUNT_SYSTEM].used, 200 + 37 + 2000 + 300 + 17);
    ck_assert_uint_eq(world_check(world).fresh, 8 + 150 + 120000 + 8123);
    world_destroy(world);
}
END_TEST

START_TEST(objects)
{
    static const struct world_region regions[] = {
        {REGION_USABLE, 10}, {REGION_EARLY, 6}, {REGION_RESERVED, 100}, {REGION_USABLE, 10}, {REGION_UNKNOWN, 0}};
    struct world *world = world_create(regions);
    struct boot_information *boot = &world->information;

    boot->object_count = 3;
    boot->objects[0] = (struct boot_object){.frame = 10, .count = 1, .kind = KIND_TASK, .handles = 1};
    boot->objects[1] = (struct boot_object){.frame = 11, .count = 1, .kind = KIND_ENDPOINT, .handles = 7};
    boot->objects[2] = (struct boot_object){.frame = 12, .count = 1, .kind = KIND_PAGE_TABLE, .handles = 1};
    ck_assert_int_eq(boot_objects(boot, &world->window, world->keep), ERROR_NONE);
    ck_assert_uint_eq(world_slot(world, 10)->ref_count, 1);
    ck_assert_uint_eq(world_slot(world, 10)->kind_word, kind_word(KIND_TASK, 0, ACCOUNT_SYSTEM));
    ck_assert_uint_eq(world_slot(world, 11)->ref_count, 7);
    ck_assert_uint_eq(world_slot(world, 12)->ref_count, REF_COUNT_UNIQUE);
    ck_assert_uint_eq(world_slot(world, 13)->ref_count, 1);
    ck_assert_uint_eq(kind_word_kind(world_slot(world, 13)->kind_word), KIND_EARLY);
    world_check(world);
    static const uint64_t wrong[] = {0, 20, 116, 126, UINT64_MAX};
    for (uint32_t k = 0; k < 5; k++) {
        boot->objects[1].frame = wrong[k];
        ck_assert_int_eq(boot_objects(boot, &world->window, world->keep), ERROR_BAD_BOOT_DATA);
    }
    static const struct boot_object unsound[] = {
        {.frame = 11, .count = 0, .kind = KIND_TASK, .handles = 1},
        {.frame = 15, .count = 2, .kind = KIND_TASK, .handles = 1}, /* the second is firmware's */
        {.frame = 9, .count = 2, .kind = KIND_TASK, .handles = 1},  /* the first is free */
        {.frame = 11, .count = UINT64_MAX, .kind = KIND_TASK, .handles = 1},
        {.frame = 11, .count = 1, .kind = KIND_TASK, .handles = 0},
        {.frame = 11, .count = 1, .kind = KIND_EARLY, .handles = 1},
        {.frame = 11, .count = 1, .kind = 99, .handles = 1},
    };
    for (uint32_t k = 0; k < sizeof(unsound) / sizeof(unsound[0]); k++) {
        boot->objects[1] = unsound[k];
        ck_assert_int_eq(boot_objects(boot, &world->window, world->keep), ERROR_BAD_BOOT_DATA);
    }
    boot->object_count = 1; /* tables count, so that they can go */
    boot->objects[0] = (struct boot_object){.frame = 13, .count = 2, .kind = KIND_HANDLE_TABLE, .handles = 1};
    ck_assert_int_eq(boot_objects(boot, &world->window, world->keep), ERROR_NONE);
    ck_assert_uint_eq(world->keep->accounts[ACCOUNT_SYSTEM].tables.used, 2);
    ck_assert_uint_eq(frames_drop(&world->workers[0], 13), 1);
    ck_assert_uint_eq(world->keep->accounts[ACCOUNT_SYSTEM].tables.used, 1);
    world_check(world);
    world_destroy(world);
}
END_TEST

/* What a kernel says to a release: its ledger knows what was released. */
static struct world *releasing;
static uint8_t *released;
static uint64_t asked;
static uint64_t refuse_from; /* frames from here on are still needed */
static uint64_t needed;      /* as is this one */
static uint64_t kill_at;     /* the number of the request that the server does not survive, or 0 */
static jmp_buf killed;

static enum error kernel(uint64_t first, uint64_t count)
{
    stop_point();
    expect(count > 0 && count <= TRANSFER_FRAMES, "a run of %lu frames", count);
    asked += 1;
    for (uint64_t frame = first; frame < first + count; frame++) {
        enum region_type type = window_region(&releasing->window, frame)->type;
        expect(type == REGION_MODULE || type == REGION_RECLAIMABLE, "release of frame %lu, %u", frame, type);
        if (released[frame] || frame >= refuse_from || frame == needed)
            return released[first] ? ERROR_NONE : ERROR_RESERVED; /* the very run of before a kill */
    }
    memset(&released[first], 1, count);
    if (asked == kill_at)
        longjmp(killed, 1);
    stop_point();
    return ERROR_NONE;
}

static struct worker *create_releasing(void)
{
    static const struct world_region regions[] = {{REGION_USABLE, 100},  {REGION_MODULE, 1200},   {REGION_KERNEL, 30},
                                                  {REGION_MODULE, 1},    {REGION_RECLAIMABLE, 7}, {REGION_USABLE, 100},
                                                  {REGION_RESERVED, 99}, {REGION_RECLAIMABLE, 3}, {REGION_METADATA, 9},
                                                  {REGION_UNKNOWN, 0}};

    releasing = world_create(regions);
    released = calloc(releasing->window.frame_count, 1);
    asked = 0;
    refuse_from = UINT64_MAX;
    needed = UINT64_MAX;
    kill_at = 0;
    return &releasing->workers[0];
}

static void end_releasing(void)
{
    world_check(releasing);
    world_destroy(releasing);
    free(released);
}

START_TEST(what_boot_needed_comes_back)
{
    struct worker *worker = create_releasing();
    struct allocator_statistics before;
    struct allocator_statistics after;
    uint64_t frame;

    allocator_count(worker, &before);
    ck_assert_uint_eq(before.set_aside, 1200 + 30 + 1 + 7 + 3 + 9);
    ck_assert_uint_eq(boot_release(worker, kernel), 1200 + 1 + 7 + 3);
    ck_assert_uint_eq(asked, 3 + 1 + 1 + 1);
    allocator_count(worker, &after);
    ck_assert_uint_eq(after.set_aside, 30 + 9);
    ck_assert_uint_eq(after.usable, before.usable + 1211);
    ck_assert_uint_eq(after.free, after.usable);
    ck_assert_uint_eq(after.in_use, 0);
    world_check(releasing);
    ck_assert_int_eq(frames_claim(worker, 1, 700 * FRAME_SIZE, &frame), ERROR_NONE);
    ck_assert_int_eq(frames_claim(worker, 1, 1300 * FRAME_SIZE, &frame), ERROR_RESERVED); /* the kernel's */
    ck_assert_uint_eq(frames_drop(worker, 700), 1);
    ck_assert_uint_eq(boot_release(worker, kernel), 0); /* once only */
    end_releasing();
}
END_TEST

static void expect_block(uint64_t frame, uint32_t order)
{
    expect_eq(world_slot(releasing, frame)->kind_word, kind_word(KIND_NONE, FLAG_BLOCK + order, 0));
}

START_TEST(released_memory_joins_its_neighbours)
{
    struct worker *worker = create_releasing();

    ck_assert_uint_eq(boot_release(worker, kernel), 1211);
    struct buddy *buddy = &releasing->keep->buddy;
    buddy_seed_zone(buddy, &releasing->window, worker->log, ZONE_LOW);
    expect_block(0, 10); /* 100 usable frames, 924 of a module's */
    expect_block(1024, 8);
    expect_block(1280, 4);
    expect_block(1336, 3); /* 2 frames of the firmware's, 6 usable ones */
    end_releasing();
}
END_TEST

START_TEST(what_the_kernel_refuses_stays)
{
    struct worker *worker = create_releasing();
    struct allocator_statistics statistics;
    uint64_t frame;

    refuse_from = 1000; /* in the second of the three runs of the first module */
    ck_assert_uint_eq(boot_release(worker, kernel), 900);
    allocator_count(worker, &statistics);
    ck_assert_uint_eq(statistics.set_aside, 300 + 30 + 1 + 7 + 3 + 9);
    ck_assert_int_eq(frames_claim(worker, 1, 1000 * FRAME_SIZE, &frame), ERROR_RESERVED);
    ck_assert_uint_eq(world_slot(releasing, 1000)->ref_count, 1);
    ck_assert_int_eq(frames_claim(worker, 1, 999 * FRAME_SIZE, &frame), ERROR_NONE);
    ck_assert_uint_eq(frames_drop(worker, frame), 1);
    end_releasing();
}
END_TEST

START_TEST(one_frame_that_is_needed_keeps_no_other_back)
{
    struct worker *worker = create_releasing();
    uint64_t frame;

    needed = 100 + 512 + 77;
    ck_assert_uint_eq(boot_release(worker, kernel), 1211 - 1);
    ck_assert_int_eq(frames_claim(worker, 1, needed * FRAME_SIZE, &frame), ERROR_RESERVED);
    ck_assert_uint_eq(releasing->keep->accounts[ACCOUNT_SYSTEM].used, 30 + 9 + 1);
    ck_assert_int_eq(frames_claim(worker, 1, (needed - 1) * FRAME_SIZE, &frame), ERROR_NONE);
    ck_assert_uint_eq(frames_drop(worker, frame), 1);
    end_releasing();
}
END_TEST

/* Init holds two modules; what lies around them is given out at once, and they when they are dropped. */
START_TEST(modules_that_init_holds)
{
    static const struct boot_object modules[] = {
        {.frame = 150, .count = 40, .kind = KIND_UNTYPED, .handles = 1},
        {.frame = 600, .count = 30, .kind = KIND_UNTYPED, .handles = 1},
    };
    struct worker *worker = create_releasing();
    struct boot_information *boot = &releasing->information;
    struct allocator_statistics before;
    struct allocator_statistics after;
    uint64_t frame;

    boot->object_count = 2;
    memcpy(boot->objects, modules, sizeof(modules));
    ck_assert_int_eq(boot_objects(boot, &releasing->window, releasing->keep), ERROR_NONE);
    ck_assert_uint_eq(boot_release(worker, kernel), 1211 - 70);
    for (uint64_t k = 0; k < 70; k++)
        ck_assert_uint_eq(released[k < 40 ? 150 + k : 560 + k], 0);
    allocator_count(worker, &before);
    ck_assert_uint_eq(before.set_aside, 30 + 9 + 70);
    ck_assert_int_eq(frames_claim(worker, 1, 150 * FRAME_SIZE, &frame), ERROR_RESERVED);
    ck_assert_int_eq(frames_adopt(worker, 150, 1), ERROR_RESERVED);
    world_check(releasing);
    for (uint64_t k = 0; k < 40; k++) {
        ck_assert_uint_eq(world_slot(releasing, 150 + k)->ref_count, 1);
        ck_assert_uint_eq(frames_drop(worker, 150 + k), 1);
    }
    for (uint64_t k = 0; k < 30; k++)
        worker->transfer[k] = 600 + k;
    ck_assert_uint_eq(frames_drop_run(worker, 30), 30);
    allocator_count(worker, &after);
    ck_assert_uint_eq(after.set_aside, 30 + 9);
    ck_assert_uint_eq(after.free, before.free + 70);
    ck_assert_uint_eq(after.usable, before.usable + 70);
    ck_assert_int_eq(frames_claim(worker, 1, 150 * FRAME_SIZE, &frame), ERROR_NONE);
    ck_assert_uint_eq(frames_drop(worker, frame), 1);
    end_releasing();
}
END_TEST

/* Killed after the kernel's part of each run, and within the server's part of it. */
START_TEST(a_kill_loses_nothing)
{
    for (volatile uint64_t n = 1; n <= 6; n++) {
        struct worker *worker = create_releasing();
        kill_at = n;
        if (setjmp(killed) == 0)
            boot_release(worker, kernel);
        kill_at = 0;
        uint64_t first = releasing->keep->buddy.releasing % RELEASING_COUNT - 1;
        expect_eq(asked, n);
        expect_eq(released[first], 1);
        world_slot(releasing, first)->ref_count = REF_COUNT_UNUSED; /* retired, but not given yet */
        boot_release(worker, kernel);
        ck_assert_uint_eq(releasing->keep->buddy.releasing, 0);
        ck_assert_uint_eq(releasing->keep->accounts[ACCOUNT_SYSTEM].used, 30 + 9);
        end_releasing();
    }
}
END_TEST

/* What a start of a machine that never ran has before it. */
static struct worker *create_unused(void)
{
    static const struct world_region regions[] = {{REGION_USABLE, 10}, {REGION_EARLY, 6},  {REGION_MODULE, 37},
                                                  {REGION_USABLE, 20}, {REGION_KERNEL, 3}, {REGION_RECLAIMABLE, 5},
                                                  {REGION_UNKNOWN, 0}};
    static const struct boot_object objects[] = {
        {.frame = 10, .count = 1, .kind = KIND_TASK, .handles = 1},
        {.frame = 11, .count = 1, .kind = KIND_ENDPOINT, .handles = 7},
        {.frame = 12, .count = 3, .kind = KIND_HANDLE_TABLE, .handles = 1},
        {.frame = 30, .count = 5, .kind = KIND_UNTYPED, .handles = 1}, /* a module that init has */
    };

    releasing = world_create(regions);
    released = calloc(releasing->window.frame_count, 1);
    asked = 0;
    refuse_from = UINT64_MAX;
    needed = 41;
    kill_at = 0;
    releasing->information.object_count = 4;
    memcpy(releasing->information.objects, objects, sizeof(objects));
    memset(releasing->keep, 0, sizeof(*releasing->keep));
    for (uint64_t frame = 0; frame < releasing->window.frame_count; frame++)
        (void)*(volatile uint64_t *)&world_slot(releasing, frame)->ref_count; /* backs the window */
    return &releasing->workers[0];
}

/* To its end, or to the n-th point at which it can be stopped. */
static bool start(struct worker *worker, uint64_t n)
{
    bool first = false;

    if (setjmp(stopped) != 0)
        return false;
    stop_alone = true;
    stop_after = n;
    ck_assert_int_eq(start_check(worker->keep, &first), ERROR_NONE);
    if (first)
        ck_assert_int_eq(start_first(worker, &releasing->information, kernel), ERROR_NONE);
    stop_after = 0;
    return true;
}

static void check_started(void)
{
    const struct account *system = &releasing->keep->accounts[ACCOUNT_SYSTEM];

    ck_assert_uint_eq(releasing->keep->booted, 1);
    ck_assert_uint_eq(releasing->keep->version, KEEP_VERSION);
    ck_assert_uint_eq(releasing->keep->endpoint, 11 + 1);
    ck_assert_uint_eq(system->used, 6 + 3 + 5 + 1);
    ck_assert_uint_eq(system->tables.used, 3);
    ck_assert_uint_eq(world_slot(releasing, 11)->ref_count, 7);
    ck_assert_uint_eq(kind_word_kind(world_slot(releasing, 41)->kind_word), KIND_UNUSABLE); /* the kernel refused it */
    for (uint64_t frame = 16; frame < 53; frame++)
        ck_assert_uint_eq(released[frame], kind_word_payer(world_slot(releasing, frame)->kind_word) == ACCOUNT_NOBODY);
    world_check(releasing);
}

/* The first start, stopped at each store, and then again at another one. */
START_TEST(a_start_that_is_stopped_comes_up)
{
    bool whole = false;

    for (uint64_t n = 1; !whole; n++) {
        struct worker *worker = create_unused();
        whole = start(worker, n);
        ck_assert(whole || n < 10000);
        if (!whole && !start(worker, n * 7 % 300 + 1))
            ck_assert(start(worker, 0));
        check_started();
        ck_assert(!whole || n > 300);
        end_releasing();
    }
}
END_TEST

START_TEST(what_another_layout_keeps_is_not_touched)
{
    struct keep *keep = calloc(1, sizeof(*keep));
    bool first;

    keep->version = KEEP_VERSION + 1;
    ck_assert_int_eq(start_check(keep, &first), ERROR_OTHER_LAYOUT);
    keep->version = KEEP_VERSION;
    ck_assert_int_eq(start_check(keep, &first), ERROR_NONE);
    ck_assert(first);
    keep->booted = 1;
    ck_assert_int_eq(start_check(keep, &first), ERROR_NONE);
    ck_assert(!first);
    free(keep);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("server_boot");
    TCase *tests = tcase_create("server_boot");

    tcase_add_test(tests, sound_information);
    tcase_add_test(tests, another_abi);
    tcase_add_test(tests, information_that_contradicts_itself);
    tcase_add_test(tests, patterns);
    tcase_add_test(tests, kept_memory);
    tcase_add_test(tests, objects);
    tcase_add_test(tests, what_boot_needed_comes_back);
    tcase_add_test(tests, released_memory_joins_its_neighbours);
    tcase_add_test(tests, what_the_kernel_refuses_stays);
    tcase_add_test(tests, one_frame_that_is_needed_keeps_no_other_back);
    tcase_add_test(tests, modules_that_init_holds);
    tcase_add_test(tests, a_kill_loses_nothing);
    tcase_add_test(tests, a_start_that_is_stopped_comes_up);
    tcase_add_test(tests, what_another_layout_keeps_is_not_touched);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
