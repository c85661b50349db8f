/* What a new task is made of: its pages and tables, counted against a plain model, and its start page. */
#include "libipc/src/start_page.c"
#include "libipc/src/task_layout.c"
#include "tests/host/random.h"
#include "tests/host/run_tests.h"
#include <stdbool.h>

#define FIXED_PAGES (STACK_SIZE / FRAME_SIZE + 1) /* stack and start page */

static struct elf_image image;
static struct task_layout layout;

static void add_segment(uint64_t address, uint64_t size, uint32_t rights)
{
    image.segments[image.segment_count++] =
        (struct elf_segment){.address = address, .memory_size = size, .rights = rights};
}

static void plan(uint32_t given, uint32_t free_tables, enum error expected)
{
    memset(&layout, 0xcc, sizeof(layout));
    ck_assert_int_eq(task_layout_plan(&image, given, free_tables, &layout), expected);
}

/* Entries that are left over with so many handle tables beside the first. */
static int64_t entries_left(uint32_t given, int64_t tables)
{
    return (1 + tables) * TABLE_ENTRIES - (1 + given + tables + layout.page_tables + layout.pages);
}

static void expect_right_tables(uint32_t given, uint32_t free_tables)
{
    ck_assert_int_ge(entries_left(given, layout.handle_tables), (int64_t)free_tables * TABLE_ENTRIES);
    if (layout.handle_tables > 0) {
        ck_assert_int_lt(entries_left(given, layout.handle_tables - 1), (int64_t)free_tables * TABLE_ENTRIES);
    }
}

START_TEST(smallest)
{
    const struct layout_area *area;
    uint64_t place;

    memset(&image, 0, sizeof(image));
    add_segment(0x400010, 1, RIGHT_READ | RIGHT_EXECUTE);
    plan(1, 1, ERROR_NONE);
    ck_assert_uint_eq(layout.pages, 1 + FIXED_PAGES);
    /* The image has a table of each level; stack and start page share two, but lie on both sides of a multiple of 2 MiB. */
    ck_assert_uint_eq(layout.page_tables, 3 + 4);
    ck_assert_uint_eq(layout.area_count, 3);
    expect_right_tables(1, 1);
    area = task_layout_page(&layout, 0, &place);
    ck_assert_uint_eq(area->address, 0x400000);
    ck_assert_uint_eq(area->rights, RIGHT_READ | RIGHT_EXECUTE);
    area = task_layout_page(&layout, 2, &place);
    ck_assert_uint_eq(area->address + place * FRAME_SIZE, STACK_TOP - STACK_SIZE + FRAME_SIZE);
    ck_assert_uint_eq(area->rights, RIGHT_READ | RIGHT_WRITE);
    area = task_layout_page(&layout, layout.pages - 1, &place);
    ck_assert_uint_eq(area->address + place * FRAME_SIZE, START_PAGE_ADDRESS);
    ck_assert_uint_eq(area->rights, RIGHT_READ);
}
END_TEST

START_TEST(too_much)
{
    memset(&image, 0, sizeof(image));
    add_segment(0x400000, (ENTRIES_MAX - 1) * FRAME_SIZE, RIGHT_READ);
    plan(1, 0, ERROR_NO_ROOM);
    image.segments[0].memory_size = USER_END - 0x400000; /* the sum of all pages does not fit 32 bits */
    plan(1, 0, ERROR_NO_ROOM);
    image.segments[0].memory_size = 1;
    plan(1, ENTRIES_MAX / TABLE_ENTRIES - 1, ERROR_NO_ROOM);
    plan(1, UINT32_MAX, ERROR_NO_ROOM);
    plan(1, UINT32_MAX / TABLE_ENTRIES + 1, ERROR_NO_ROOM); /* so many entries do not fit 32 bits */
    plan(UINT32_MAX, 1, ERROR_NO_ROOM);
    for (uint64_t pages = ENTRIES_MAX - 400; layout.pages + FIXED_PAGES < ENTRIES_MAX - 140; pages++) {
        image.segments[0].memory_size = pages * FRAME_SIZE;
        enum error error = task_layout_plan(&image, 1, 0, &layout);
        if (error != ERROR_NONE) { /* one page less did fit, and used all tables that there can be */
            image.segments[0].memory_size -= FRAME_SIZE;
            plan(1, 0, ERROR_NONE);
            ck_assert_uint_eq((layout.handle_tables + 1) * TABLE_ENTRIES, ENTRIES_MAX);
            ck_assert_int_eq(entries_left(1, layout.handle_tables), 0);
            return;
        }
    }
    ck_abort_msg("no image was too large");
}
END_TEST

/* The distinct tables that the pages need, one by one. */
static uint32_t model_page_tables(void)
{
    static uint64_t seen[ENTRIES_MAX * 3];
    uint32_t count = 0;

    for (uint32_t page = 0; page < layout.pages; page++) {
        uint64_t place;
        const struct layout_area *area = task_layout_page(&layout, page, &place);
        for (uint64_t level = 1; level <= 3; level++) {
            uint64_t table = (area->address + place * FRAME_SIZE) >> (12 + 9 * level) << 2 | level;
            uint32_t k = 0;
            while (k < count && seen[k] != table)
                k++;
            if (k == count)
                seen[count++] = table;
        }
    }
    return count;
}

START_TEST(random_images)
{
    struct random random = random_start();

    for (uint32_t round = 0; round < 3000; round++) {
        uint32_t given = (uint32_t)random_below(&random, 16);
        uint32_t free_tables = (uint32_t)random_below(&random, 20);
        uint64_t spread = UINT64_C(1) << (14 + random_below(&random, 32));
        memset(&image, 0, sizeof(image));
        for (uint64_t count = 1 + random_below(&random, ELF_SEGMENTS); count > 0; count--)
            add_segment(USER_START + random_below(&random, spread), 1 + random_below(&random, 1 << 17), RIGHT_READ);
        plan(given, free_tables, ERROR_NONE);
        ck_assert_uint_eq(layout.page_tables, model_page_tables());
        expect_right_tables(given, free_tables);
    }
}
END_TEST

static struct start_page own;
static struct start_page page;

START_TEST(start_page_of_a_plan)
{
    const struct task_gift gifts[] = {{"pipe", 0x70000000b}, {"a-name-that-is-far-too-long-for-it", 0x80000000c}};
    const struct task_plan full = {.name = "worker",
                                   .arguments = "a b",
                                   .gifts = gifts,
                                   .gift_count = 2,
                                   .account = 9,
                                   .priority = 3,
                                   .powers = POWER_PRINT};
    const struct start_page_facts facts = {
        .handle_entries = 128, .entries_used = 77, .handle_count = 4, .console = true, .handles = {11, 12, 13, 14}};

    memset(&page, 0, sizeof(page));
    own = (struct start_page){.account = 2, .cpu = 5, .priority = 30, .command_line = "seed=4", .arguments = "mine"};
    start_page_fill(&page, &own, &full, &facts);
    ck_assert_uint_eq(page.abi_version, ABI_VERSION);
    ck_assert_uint_eq(page.size, sizeof(page));
    ck_assert_uint_eq(page.account, 9);
    ck_assert_uint_eq(page.handle_entries, 128);
    ck_assert_uint_eq(page.entries_used, 77);
    ck_assert_uint_eq(page.cpu, 5);
    ck_assert_uint_eq(page.powers, POWER_PRINT);
    ck_assert_uint_eq(page.priority, 3);
    ck_assert_uint_eq(page.handle_count, 4);
    ck_assert_str_eq(page.handles[0].name, "frameserv");
    ck_assert_str_eq(page.handles[1].name, "console");
    ck_assert_str_eq(page.handles[2].name, "pipe");
    ck_assert_str_eq(page.handles[3].name, "a-name-that-is-far-too-");
    for (uint32_t k = 0; k < 4; k++)
        ck_assert_uint_eq(page.handles[k].handle, 11 + k);
    ck_assert_str_eq(page.name, "worker");
    ck_assert_str_eq(page.arguments, "a b");
    ck_assert_str_eq(page.command_line, "seed=4");
}
END_TEST

START_TEST(start_page_of_little)
{
    const struct task_gift gift = {"pipe", 1};
    const struct task_plan little = {.name = "x", .gifts = &gift, .gift_count = 1};
    const struct start_page_facts facts = {.handle_count = 2, .handles = {11, 12}};

    memset(&page, 0, sizeof(page));
    own = (struct start_page){.account = 2, .priority = 30, .arguments = "mine"};
    start_page_fill(&page, &own, &little, &facts);
    ck_assert_uint_eq(page.account, 2);
    ck_assert_uint_eq(page.priority, PRIORITY_USUAL);
    ck_assert_uint_eq(page.powers, 0);
    ck_assert_str_eq(page.handles[1].name, "pipe");
    ck_assert_str_eq(page.arguments, "");
    ck_assert_uint_eq(task_plan_priority(&little, 3), 3);
    ck_assert_uint_eq(task_plan_priority(&(struct task_plan){.priority = PRIORITY_LOWEST}, 30), 0);
    ck_assert_uint_eq(task_plan_priority(&(struct task_plan){.priority = 31}, 30), 31);
}
END_TEST

RUN_TESTS("make_task", smallest, too_much, random_images, start_page_of_a_plan, start_page_of_little)
