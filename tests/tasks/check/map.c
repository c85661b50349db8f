/* Mappings of handles, by the task itself. */
#include "tests/tasks/check/check.h"

#define FAR_ADDRESS UINT64_C(0x123456789000) /* nothing is near it: all three levels of tables are missing */

static void read_and_write(void)
{
    struct handle_facts facts;
    handle frame;
    uint64_t *page;

    require_success(allocate_mapped(&frame, &page));
    expect_success(system_call_inspect(frame, &facts));
    expect_equal(facts.address, page);
    fill(page, 0x0123456789abcdef);
    for (uint64_t i = 0; i < WORDS_PER_FRAME; i++) {
        expect_equal(page[i], 0x0123456789abcdef);
    }
    expect_success(frame_unmap(frame));
    expect_success(system_call_inspect(frame, &facts));
    expect_equal(facts.address, 0);
    expect_success(frame_drop(frame));
}

/* Contents stay with the frame, wherever it is mapped. */
static void moves_with_the_frame(void)
{
    handle frame;
    uint64_t *page;

    require_success(allocate_mapped(&frame, &page));
    page[100] = 1234;
    expect_success(frame_unmap(frame));
    require_success(frame_map(frame, FAR_ADDRESS, RIGHT_READ));
    expect_equal(((volatile uint64_t *)FAR_ADDRESS)[100], 1234);
    expect_success(frame_drop(frame));
}

/* What a processor remembers of a mapping must go with it: two frames take turns at one address. */
static void flushed(void)
{
    handle frames[2];
    volatile uint64_t *page = (volatile uint64_t *)FAR_ADDRESS;

    for (uint32_t i = 0; i < 2; i++) {
        require_success(frame_allocate(&frames[i]));
        require_success(frame_map(frames[i], FAR_ADDRESS, RIGHTS_USE));
        *page = i + 1;
        require_success(frame_unmap(frames[i]));
    }
    for (uint32_t round = 0; round < 100; round++) {
        require_success(frame_map(frames[round % 2], FAR_ADDRESS, RIGHTS_USE));
        require(*page == round % 2 + 1);
        require_success(frame_unmap(frames[round % 2]));
    }
    expect_success(frame_drop(frames[0]));
    expect_success(frame_drop(frames[1]));
}

/* One handle, one mapping; not mapped, none to take away. */
static void one_each(void)
{
    handle frame;
    uint64_t *page;

    require_success(frame_allocate(&frame));
    expect_error(frame_unmap(frame), ERROR_NOT_MAPPED);
    require_success(frame_map_anywhere(frame, RIGHTS_USE, (void **)&page));
    expect_error(frame_map(frame, FAR_ADDRESS, RIGHTS_USE), ERROR_MAPPED);
    expect_error(frame_map(frame, (uint64_t)page, RIGHTS_USE), ERROR_MAPPED);
    expect_success(frame_unmap(frame));
    expect_error(frame_unmap(frame), ERROR_NOT_MAPPED);
    expect_success(frame_drop(frame));
}

static void bad_addresses(void)
{
    static const uint64_t addresses[] = {
        0,
        1,
        MAPPING_BASE + 1,
        MAPPING_BASE + 2048,
        USER_END,
        0x800000000000,
        0xffff7fffffffffff,
        0xffff800000000000,
        0xffffffff80000000,
        UINT64_MAX - 4095,
        UINT64_MAX,
    };
    struct snapshot before;
    handle frame;
    uint32_t level;

    require_success(frame_allocate(&frame));
    before = snapshot(frame);
    for (uint32_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        expect_error(system_call_map(frame, addresses[i], RIGHTS_USE, &level), ERROR_BAD_ADDRESS);
    }
    expect_error(frame_unmap(frame), ERROR_NOT_MAPPED);
    expect_unchanged(frame, &before);
    expect_success(frame_drop(frame));
}

static void occupied(void)
{
    struct snapshot before;
    uint64_t *page;
    handle frame;
    handle other;
    uint32_t level;

    require_success(allocate_mapped(&other, &page));
    page[4] = 44;
    require_success(frame_allocate(&frame));
    before = snapshot(frame);
    expect_error(system_call_map(frame, (uint64_t)page, RIGHTS_USE, &level), ERROR_OCCUPIED);
    expect_equal(page[4], 44);
    expect_error(system_call_map(frame, (uint64_t)&main & ~UINT64_C(4095), RIGHTS_USE, &level), ERROR_OCCUPIED);
    expect_error(system_call_map(frame, START_PAGE_ADDRESS, RIGHTS_USE, &level), ERROR_OCCUPIED);
    expect_error(system_call_map(frame, STACK_TOP - FRAME_SIZE, RIGHTS_USE, &level), ERROR_OCCUPIED);
    expect_unchanged(frame, &before);
    expect_success(frame_drop(other));
    expect_success(frame_drop(frame));
}

static void bad_rights(void)
{
    static const uint32_t rights[] = {
        0,
        RIGHT_WRITE,
        RIGHT_EXECUTE,
        RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE,
        RIGHT_READ | RIGHT_MAP,
        RIGHT_READ | RIGHT_OWNER,
        UINT32_MAX,
    };
    struct snapshot before;
    handle frame;
    handle reader;
    uint32_t level;

    require_success(frame_allocate(&frame));
    before = snapshot(frame);
    for (uint32_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
        expect_error(system_call_map(frame, MAPPING_BASE, rights[i], &level), ERROR_BAD_RIGHTS);
    }
    expect_unchanged(frame, &before);
    require_success(frame_clone(frame, RIGHT_READ | RIGHT_MAP, &reader));
    before = snapshot(reader);
    expect_error(frame_map(reader, FAR_ADDRESS, RIGHTS_USE), ERROR_BAD_RIGHTS);
    expect_error(frame_map(reader, FAR_ADDRESS, RIGHT_READ | RIGHT_EXECUTE), ERROR_BAD_RIGHTS);
    expect_unchanged(reader, &before);
    expect_success(frame_drop(reader));
    require_success(frame_clone(frame, RIGHT_READ, &reader));
    expect_error(frame_map(reader, FAR_ADDRESS, RIGHT_READ), ERROR_MISSING_RIGHT);
    expect_success(frame_drop(reader));
    expect_success(frame_drop(frame));
}

/* Code can be written, then run, never both at once. */
static void run_code(void)
{
    handle frame;
    uint8_t *page;
    void *code;

    require_success(allocate_mapped(&frame, (uint64_t **)&page));
    memcpy(page, "\xb8\x2a\x00\x00\x00\xc3", 6); /* movl $42, %eax; ret */
    expect_success(frame_unmap(frame));
    require_success(frame_map_anywhere(frame, RIGHT_READ | RIGHT_EXECUTE, &code));
    int (*function)(void);
    memcpy(&function, &code, sizeof(function));
    expect_equal(function(), 42);
    expect_success(frame_drop(frame));
}

static const struct tap_test tests[] = {
    {"read_and_write", read_and_write},
    {"moves_with_the_frame", moves_with_the_frame},
    {"flushed", flushed},
    {"one_each", one_each},
    {"bad_addresses", bad_addresses},
    {"occupied", occupied},
    {"bad_rights", bad_rights},
    {"run_code", run_code},
};

const struct tap_group map_tests = TAP_GROUP("map", tests);
