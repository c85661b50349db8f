/* Second handles: clones, and look-ups by address. */
#include "tests/tasks/check/check.h"

static void counts(void)
{
    handle frame;
    handle copies[8];

    require_success(frame_allocate(&frame));
    for (uint32_t i = 0; i < 8; i++) {
        require_success(frame_clone(frame, RIGHTS_FRAME & ~RIGHT_OWNER, &copies[i]));
        expect(copies[i] != frame);
        expect_equal(count_of(frame), i + 2);
        expect_equal(count_of(copies[i]), i + 2);
    }
    for (uint32_t i = 0; i < 8; i++) {
        uint64_t unused;

        expect_success(frame_drop_run(copies[i], 1, &unused));
        expect_equal(unused, 0);
        expect_equal(count_of(frame), 8 - i);
    }
    expect_success(frame_drop(frame));
}

/* The frame lives as long as any handle, not just the first. */
static void outlives_the_first(void)
{
    struct frame_facts before;
    struct frame_facts after;
    handle frame;
    handle copy;
    uint64_t unused;

    require_success(frame_allocate(&frame));
    require_success(frame_clone(frame, RIGHTS_SHARE, &copy));
    expect_success(frame_info(frame, &before));
    expect_success(frame_drop(frame));
    expect_success(frame_info(copy, &after));
    expect_equal(after.address, before.address);
    expect_equal(after.reference_count, 1);
    expect_success(frame_drop_run(copy, 1, &unused));
    expect_equal(unused, 1);
}

static void same_contents(void)
{
    handle frame;
    handle copy;
    uint64_t *page;
    uint64_t *again;

    require_success(allocate_mapped(&frame, &page));
    require_success(frame_clone(frame, RIGHT_READ | RIGHT_MAP, &copy));
    require_success(frame_map_anywhere(copy, RIGHT_READ, (void **)&again));
    expect(page != again);
    for (uint64_t i = 0; i < WORDS_PER_FRAME; i++) {
        page[i] = i * 3;
    }
    for (uint64_t i = 0; i < WORDS_PER_FRAME; i++) {
        expect_equal(again[i], i * 3);
    }
    expect_success(frame_drop(frame));
    expect_equal(again[7], 21);
    expect_success(frame_drop(copy));
}

static void rights_never_wider(void)
{
    struct handle_facts facts;
    struct snapshot before;
    handle frame;
    handle reader;
    handle other;

    require_success(frame_allocate(&frame));
    require_success(frame_clone(frame, RIGHT_READ | RIGHT_MAP | RIGHT_CLONE, &reader));
    before = snapshot(reader);
    expect_equal(before.frame.reference_count, 2);
    expect_success(system_call_inspect(reader, &facts));
    expect_equal(facts.rights, RIGHT_READ | RIGHT_MAP | RIGHT_CLONE);
    expect_error(frame_clone(reader, RIGHT_READ | RIGHT_WRITE | RIGHT_MAP, &other), ERROR_BAD_RIGHTS);
    expect_error(frame_clone(reader, 0, &other), ERROR_BAD_RIGHTS);
    expect_error(frame_clone(frame, RIGHTS_FRAME | RIGHT_CALL, &other), ERROR_BAD_RIGHTS);
    expect_error(frame_clone(frame, UINT32_MAX, &other), ERROR_BAD_RIGHTS);
    expect_unchanged(reader, &before);
    require_success(frame_clone(reader, RIGHT_READ, &other));
    expect_error(frame_clone(other, RIGHT_READ, &reader), ERROR_MISSING_RIGHT);
    expect_equal(count_of(frame), 3);
    expect_success(frame_drop(other));
    expect_success(frame_drop(reader));
    expect_success(frame_drop(frame));
}

static void of_a_table(void)
{
    struct snapshot before;
    handle frame;
    handle copy;

    require_success(frame_allocate(&frame));
    require_success(frame_repurpose(frame, KIND_PAGE_TABLE));
    before = snapshot(frame);
    expect_error(frame_clone(frame, RIGHT_READ, &copy), ERROR_UNIQUE);
    expect_unchanged(frame, &before);
    expect_success(frame_repurpose(frame, KIND_UNTYPED));
    expect_success(frame_drop(frame));
}

static void look_up(void)
{
    struct frame_facts facts;
    struct handle_facts rights;
    handle frame;
    handle found;
    uint64_t *page;

    require_success(allocate_mapped(&frame, &page));
    page[5] = 55;
    expect_success(frame_info(frame, &facts));
    require_success(frame_lookup(facts.address, RIGHT_READ | RIGHT_MAP, &found));
    expect_equal(count_of(frame), 2);
    expect_success(system_call_inspect(found, &rights));
    expect_equal(rights.rights, RIGHT_READ | RIGHT_MAP);
    require_success(frame_map_anywhere(found, RIGHT_READ, (void **)&page));
    expect_equal(page[5], 55);
    expect_success(frame_drop(found));
    expect_error(frame_lookup(facts.address, RIGHTS_FRAME, &found), ERROR_BAD_RIGHTS);
    expect_error(frame_lookup(facts.address, 0, &found), ERROR_BAD_RIGHTS);
    expect_equal(count_of(frame), 1);
    expect_success(frame_drop(frame));
    expect_error(frame_lookup(facts.address, RIGHT_READ, &found), ERROR_UNUSED);
}

/* Nobody gets a handle to what is the kernel's. */
static void look_up_kernel(void)
{
    struct frame_facts facts;
    handle found;

    for (uint64_t address = 0x100000; address < 0x110000; address += FRAME_SIZE) {
        require_success(frame_info_at(address, &facts));
        if (facts.region == REGION_KERNEL) {
            expect_equal(facts.reference_count, 1);
            expect_error(frame_lookup(address, RIGHT_READ, &found), ERROR_RESERVED);
            expect_success(frame_info_at(address, &facts));
            expect_equal(facts.reference_count, 1);
            return;
        }
    }
    expect(!"the kernel lies at 1 MiB");
}

static const struct tap_test tests[] = {
    {"counts", counts},
    {"outlives_the_first", outlives_the_first},
    {"same_contents", same_contents},
    {"rights_never_wider", rights_never_wider},
    {"of_a_table", of_a_table},
    {"look_up", look_up},
    {"look_up_kernel", look_up_kernel},
};

const struct tap_group clone_tests = TAP_GROUP("clone", tests);
