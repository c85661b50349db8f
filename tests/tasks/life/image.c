/* Files that can't be loaded, and plans that can't be carried out: nothing is left of them, and what would have moved is
 * here. */
#include "tests/tasks/life/life.h"

#include <elf.h>

#define FILE_MAX 65536

static uint8_t file[FILE_MAX];

static struct task_plan copied_plan(void)
{
    struct task_plan plan = child_plan("job=exit");

    expect(plan.size <= sizeof(file));
    memcpy(file, plan.file, plan.size < sizeof(file) ? plan.size : sizeof(file));
    plan.file = file;
    return plan;
}

static void expect_refused(const struct task_plan *plan, enum error expected)
{
    uint64_t before = free_frames();
    uint32_t entries = own_entries_used();
    handle task = 0;
    uint64_t entry;

    expect_error(child_make(plan, &task, &entry), expected);
    expect_equal(task, 0);
    expect_free(before);
    expect_equal(own_entries_used(), entries);
}

static void bad_image(void)
{
    struct task_plan plan = copied_plan();

    file[0] ^= 1;
    expect_refused(&plan, ERROR_BAD_IMAGE);
    file[0] ^= 1;
    plan.size = 10;
    expect_refused(&plan, ERROR_BAD_IMAGE);
    plan.size = 0;
    expect_refused(&plan, ERROR_BAD_IMAGE);
    plan = copied_plan();
    ((Elf64_Ehdr *)file)->e_machine = EM_386;
    expect_refused(&plan, ERROR_BAD_IMAGE);
}

static Elf64_Phdr *first_segment(void)
{
    return (Elf64_Phdr *)(file + ((const Elf64_Ehdr *)file)->e_phoff);
}

static void unsafe_image(void)
{
    struct task_plan plan = copied_plan();

    first_segment()->p_flags = PF_R | PF_W | PF_X;
    expect_refused(&plan, ERROR_UNSAFE_IMAGE);
}

/* More memory than a handle table can have handles to, or than the machine has. */
static void large_image(void)
{
    struct task_plan plan = copied_plan();

    first_segment()->p_vaddr = UINT64_C(0x100000000);
    first_segment()->p_memsz = UINT64_C(8192) * FRAME_SIZE;
    ((Elf64_Ehdr *)file)->e_entry = first_segment()->p_vaddr;
    expect_refused(&plan, ERROR_NO_ROOM);
}

/* Handles of the plan that can't move. */
static void gifts(void)
{
    struct task_plan plan = child_plan("job=exit");
    struct task_gift gift = {"gift", 0};
    void *page;

    plan.gifts = &gift;
    plan.gift_count = 1;
    expect_refused(&plan, ERROR_BAD_HANDLE);
    require_success(frame_allocate(&gift.value));
    gift.value = handle_make(handle_index(gift.value), handle_generation(gift.value) + 1);
    expect_refused(&plan, ERROR_STALE_HANDLE);
    gift.value = handle_make(handle_index(gift.value), handle_generation(gift.value) - 1);
    require_success(frame_map_anywhere(gift.value, RIGHT_READ, &page));
    expect_refused(&plan, ERROR_MAPPED);
    require_success(frame_unmap(gift.value));
    require_success(system_call_narrow(gift.value, RIGHT_READ));
    expect_refused(&plan, ERROR_MISSING_RIGHT);
    require_success(frame_drop(gift.value));
}

static void counts(void)
{
    struct task_plan plan = child_plan("job=exit");
    struct task_gift many[START_HANDLES] = {0};

    plan.gifts = many;
    plan.gift_count = START_HANDLES - 1;
    expect_refused(&plan, ERROR_BAD_COUNT);
    plan = child_plan("job=exit");
    plan.handle_tables = 129;
    expect_refused(&plan, ERROR_BAD_COUNT);
}

static void more_than_own(void)
{
    struct task_plan plan = child_plan("job=exit");

    plan.priority = start_page()->priority + 1;
    expect_refused(&plan, ERROR_NOT_PERMITTED);
    plan = child_plan("job=exit");
    plan.powers = UINT16_MAX;
    expect_refused(&plan, ERROR_NOT_PERMITTED);
    plan = child_plan("job=exit");
    plan.first_port = 0xffff;
    plan.port_count = 2;
    expect_refused(&plan, ERROR_NOT_PERMITTED);
}

/* One handle given twice: the task exists when that is found, and dies of it. */
static void gift_twice(void)
{
    struct task_plan plan = child_plan("job=exit");
    uint64_t before = free_frames();
    handle frame;
    handle task;
    uint64_t entry;

    require_success(frame_allocate(&frame));
    const struct task_gift both[] = {{"one", frame}, {"other", frame}};
    plan.gifts = both;
    plan.gift_count = 2;
    expect_error(task_make(&plan, &task, &entry), ERROR_BAD_HANDLE);
    for (uint32_t turn = 0; turn < 100 && free_frames() != before; turn++) {
        system_call_yield();
    }
    expect_free(before);
}

/* The child has what the plan says. */
static void plan_is_kept(void)
{
    struct server server;
    uint64_t words[MESSAGE_WORDS];

    require_success(server_start(&server));
    require_success(server_ask(&server, SERVE_INSPECT, handle_make(HANDLE_INDEX_FRAME_SERVER, 1), 0, words));
    expect_equal(words[1], KIND_ENDPOINT);
    expect_equal(words[0] & RIGHT_RECEIVE, 0);
    server_kill(&server);
}

static const struct tap_test tests[] = {
    {"bad_image", bad_image},     {"unsafe_image", unsafe_image},
    {"large_image", large_image}, {"gifts", gifts},
    {"counts", counts},           {"more_than_own", more_than_own},
    {"gift_twice", gift_twice},   {"plan_is_kept", plan_is_kept},
};

const struct tap_group image_tests = TAP_GROUP("image", tests);
