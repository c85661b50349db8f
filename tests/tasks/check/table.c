/* Page tables: bought, installed, taken out, never forged. */
#include "tests/tasks/check/check.h"

#define FAR_ADDRESS UINT64_C(0x234567800000) /* start of a 2 MiB span that nothing is near */

/* A frame of kind PAGE_TABLE. */
static enum error buy(handle *table)
{
    enum error error = frame_allocate(table);

    return error != ERROR_NONE ? error : frame_repurpose(*table, KIND_PAGE_TABLE);
}

static void bought_and_returned(void)
{
    handle frame;
    uint32_t kept;

    require_success(frame_allocate(&frame));
    require(library_tables() == 0);
    require_success(frame_map(frame, FAR_ADDRESS, RIGHTS_USE));
    expect_equal(library_tables(), 3);
    expect_success(library_release_tables(&kept));
    expect_equal(kept, 3);
    expect_success(frame_unmap(frame));
    expect_success(library_release_tables(&kept));
    expect_equal(kept, 0);
    expect_success(frame_drop(frame));
}

/* The kernel says which table to install next, from the top down. */
static void top_down(void)
{
    handle frame;
    handle tables[3];
    uint32_t level = 0;

    require_success(frame_allocate(&frame));
    for (uint32_t wanted = 3; wanted > 0; wanted--) {
        handle *table = &tables[wanted - 1];

        expect_error(system_call_map(frame, FAR_ADDRESS, RIGHTS_USE, &level), ERROR_NO_TABLE);
        expect_equal(level, wanted);
        require_success(buy(table));
        if (wanted > 1) {
            expect_error(system_call_install(*table, FAR_ADDRESS, wanted - 1, &level), ERROR_NO_TABLE);
            expect_equal(level, wanted);
        }
        require_success(system_call_install(*table, FAR_ADDRESS, wanted, &level));
    }
    require_success(system_call_map(frame, FAR_ADDRESS, RIGHTS_USE, &level));
    for (uint32_t i = 3; i > 0; i--) {
        expect_error(system_call_uninstall(tables[i - 1]), ERROR_HAS_CHILDREN);
    }
    expect_success(frame_unmap(frame));
    for (uint32_t i = 0; i < 3; i++) {
        expect_success(system_call_uninstall(tables[i]));
        expect_success(frame_drop(tables[i]));
    }
    expect_success(frame_drop(frame));
}

/* What is part of the address space can't be given away, converted, or put in a second place. */
static void installed(void)
{
    struct endpoint_message message = {.label = PEER_KEEP, .count = 1};
    handle table;
    uint32_t level;

    require_success(buy(&table));
    require_success(system_call_install(table, FAR_ADDRESS, 3, &level));
    expect_error(system_call_install(table, FAR_ADDRESS, 3, &level), ERROR_INSTALLED);
    expect_error(frame_drop(table), ERROR_INSTALLED);
    expect_error(frame_repurpose(table, KIND_UNTYPED), ERROR_INSTALLED);
    message.first = table;
    expect_error(endpoint_call(start_handle("peer"), &message, 0), ERROR_INSTALLED);
    expect_success(system_call_uninstall(table));
    expect_error(system_call_uninstall(table), ERROR_WRONG_KIND);
    expect_success(frame_drop(table));
}

static void bad_installs(void)
{
    handle frame;
    handle table;
    handle second;
    uint32_t level;

    require_success(frame_allocate(&frame));
    require_success(buy(&table));
    require_success(buy(&second));
    expect_error(system_call_install(frame, FAR_ADDRESS, 3, &level), ERROR_WRONG_KIND);
    expect_error(system_call_uninstall(frame), ERROR_WRONG_KIND);
    expect_error(system_call_install(table, FAR_ADDRESS, 4, &level), ERROR_BAD_LEVEL);
    expect_error(system_call_install(table, FAR_ADDRESS, UINT32_MAX, &level), ERROR_BAD_LEVEL);
    expect_error(system_call_install(table, FAR_ADDRESS, 0, &level), ERROR_WRONG_KIND);
    expect_error(system_call_install(table, 0x800000000000, 3, &level), ERROR_BAD_ADDRESS);
    expect_error(system_call_install(table, 0xffffffff80000000, 3, &level), ERROR_BAD_ADDRESS);
    expect_error(system_call_install(table, UINT64_MAX, 1, &level), ERROR_BAD_ADDRESS);
    expect_error(system_call_install(table, START_PAGE_ADDRESS, 3, &level), ERROR_OCCUPIED);
    require_success(system_call_install(table, FAR_ADDRESS, 3, &level));
    expect_error(system_call_install(second, FAR_ADDRESS, 3, &level), ERROR_OCCUPIED);
    expect_success(system_call_uninstall(table));
    expect_success(frame_drop(second));
    expect_success(frame_drop(table));
    expect_success(frame_drop(frame));
}

/* A task fills a frame with page-table entries and makes it a page table: they are gone when it is one, and what
 * the kernel wrote in it is gone when it is memory again. The task that then reads through it is in fault.c. */
static void forged(void)
{
    handle frame;
    handle neighbour;
    handle visitor;
    struct snapshot before;
    uint64_t *page;
    uint32_t level;

    require_success(frame_allocate(&neighbour)); /* so that the upper levels are there */
    require_success(frame_map(neighbour, FAR_ADDRESS, RIGHT_READ));
    require_success(allocate_mapped(&frame, &page));
    fill(page, 0x100007); /* present, writable, for ring 3: the kernel's first page */
    before = snapshot(frame);
    expect_error(frame_repurpose(frame, KIND_PAGE_TABLE), ERROR_MAPPED);
    expect_unchanged(frame, &before);
    expect_equal(page[0], 0x100007);
    expect_success(frame_unmap(frame));
    require_success(frame_repurpose(frame, KIND_PAGE_TABLE));
    require_success(system_call_install(frame, FAR_ADDRESS + 0x200000, 1, &level));
    require_success(frame_allocate(&visitor));
    for (uint64_t i = 0; i < WORDS_PER_FRAME; i++) {
        uint64_t address = FAR_ADDRESS + 0x200000 + i * FRAME_SIZE;

        require_success(system_call_map(visitor, address, RIGHT_READ, &level));
        require(*(volatile uint64_t *)address == 0);
        require_success(frame_unmap(visitor));
    }
    require_success(system_call_map(visitor, FAR_ADDRESS + 0x200000, RIGHT_READ, &level));
    expect_success(frame_drop(visitor));
    expect_success(system_call_uninstall(frame));
    expect_success(frame_repurpose(frame, KIND_UNTYPED));
    require_success(frame_map_anywhere(frame, RIGHTS_USE, (void **)&page));
    expect(is_zero(page));
    expect_success(frame_drop(frame));
    expect_success(frame_drop(neighbour));
}

static void typed_is_not_mappable(void)
{
    struct snapshot before;
    handle table;
    uint32_t level;

    require_success(buy(&table));
    before = snapshot(table);
    expect_equal(before.handle.kind, KIND_PAGE_TABLE);
    expect_error(system_call_map(table, MAPPING_BASE, RIGHT_READ, &level), ERROR_WRONG_KIND);
    expect_unchanged(table, &before);
    expect_success(frame_repurpose(table, KIND_UNTYPED));
    expect_success(frame_map(table, MAPPING_BASE, RIGHT_READ));
    expect_success(frame_drop(table));
}

static void shared_is_not_convertible(void)
{
    struct snapshot before;
    handle frame;
    handle copy;

    require_success(frame_allocate(&frame));
    require_success(frame_clone(frame, RIGHT_READ, &copy));
    before = snapshot(frame);
    expect_error(frame_repurpose(frame, KIND_PAGE_TABLE), ERROR_SHARED);
    expect_unchanged(frame, &before);
    expect_success(frame_drop(copy));
    expect_success(frame_repurpose(frame, KIND_PAGE_TABLE));
    expect_success(frame_drop(frame));
}

/* Only the owner converts. */
static void needs_owner(void)
{
    handle frame;
    handle copy;

    require_success(frame_allocate(&frame));
    require_success(frame_clone(frame, RIGHTS_FRAME & ~RIGHT_OWNER, &copy));
    expect_success(frame_drop(frame));
    expect_error(frame_repurpose(copy, KIND_PAGE_TABLE), ERROR_MISSING_RIGHT);
    expect_success(frame_drop(copy));
}

static void unknown_kinds(void)
{
    static const uint32_t kinds[] = {KIND_NONE,   KIND_KERNEL, KIND_METADATA, KIND_RESERVED,
                                     KIND_DEVICE, KINDS,       UINT32_MAX};
    struct frame_facts facts;
    handle frame;

    require_success(frame_allocate(&frame));
    for (uint32_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        expect_error(frame_repurpose(frame, (enum kind)kinds[i]), ERROR_WRONG_KIND);
    }
    expect_success(frame_info(frame, &facts));
    expect_equal(facts.kind, KIND_UNTYPED);
    expect_equal(facts.reference_count, 1);
    expect_success(frame_drop(frame));
}

static const struct tap_test tests[] = {
    {"bought_and_returned", bought_and_returned},
    {"top_down", top_down},
    {"installed", installed},
    {"bad_installs", bad_installs},
    {"forged", forged},
    {"typed_is_not_mappable", typed_is_not_mappable},
    {"shared_is_not_convertible", shared_is_not_convertible},
    {"needs_owner", needs_owner},
    {"unknown_kinds", unknown_kinds},
};

const struct tap_group table_tests = TAP_GROUP("table", tests);
