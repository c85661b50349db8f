/* Frames by address: claimed, looked up, asked about. */
#include "tests/tasks/check/check.h"
#include <quire/kinds.h>
#include <quire/print.h>

#define PROBES 512       /* all over memory */
#define NEAR_FRAMES 4096 /* the first 16 MiB, where most kinds of region are */
#define NEAR_STEP 16

/* The address of a frame that nobody uses. */
static enum error unused_address(uint64_t *address)
{
    struct frame_facts facts;
    handle frame;
    enum error error = frame_allocate(&frame);

    if (error == ERROR_NONE) {
        error = frame_info(frame, &facts);
        *address = facts.address;
    }
    return error != ERROR_NONE ? error : frame_drop(frame);
}

static void unused_frame(void)
{
    struct frame_facts facts;
    uint64_t address;
    uint64_t *page;
    handle frame;

    require_success(unused_address(&address));
    require_success(frame_claim(address, &frame));
    expect_success(frame_info(frame, &facts));
    expect_equal(facts.address, address);
    expect_equal(facts.reference_count, 1);
    expect_equal(facts.kind, KIND_UNTYPED);
    expect_equal(facts.payer, start_page()->account);
    expect_success(frame_map_anywhere(frame, RIGHTS_USE, (void **)&page));
    expect(is_zero(page));
    expect_success(frame_drop(frame));
}

static void used_frame(void)
{
    struct snapshot before;
    uint64_t *page;
    handle frame;
    handle second;

    require_success(allocate_mapped(&frame, &page));
    page[3] = 33;
    before = snapshot(frame);
    expect_error(frame_claim(before.frame.address, &second), ERROR_IN_USE);
    expect_unchanged(frame, &before);
    expect_equal(page[3], 33);
    expect_success(frame_drop(frame));
}

/* A page table has one exclusive owner. */
static void unique_frame(void)
{
    struct snapshot before;
    handle frame;
    handle second;

    require_success(frame_allocate(&frame));
    expect_success(frame_repurpose(frame, KIND_PAGE_TABLE));
    before = snapshot(frame);
    expect_equal(before.frame.reference_count, REF_COUNT_UNIQUE);
    expect_error(frame_claim(before.frame.address, &second), ERROR_UNIQUE);
    expect_error(frame_lookup(before.frame.address, RIGHT_READ, &second), ERROR_UNIQUE);
    expect_unchanged(frame, &before);
    expect_success(frame_repurpose(frame, KIND_UNTYPED));
    expect_success(frame_drop(frame));
}

static void bad_addresses(void)
{
    struct machine_statistics machine;
    struct frame_facts facts;
    uint64_t end;
    uint64_t address;
    handle frame;

    require_success(machine_statistics(&machine));
    require_success(unused_address(&address));
    end = machine.end * FRAME_SIZE;
    const struct {
        uint64_t address;
        enum error error;
    } cases[] = {
        {address + 1, ERROR_NOT_ALIGNED},   {address + 4095, ERROR_NOT_ALIGNED},
        {end + 1, ERROR_NOT_ALIGNED},       {UINT64_MAX, ERROR_NOT_ALIGNED},
        {end, ERROR_OUT_OF_BOUND},          {end + FRAME_SIZE, ERROR_OUT_OF_BOUND},
        {PHYSICAL_MAX, ERROR_OUT_OF_BOUND}, {UINT64_MAX - 4095, ERROR_OUT_OF_BOUND},
    };

    for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        expect_error(frame_claim(cases[i].address, &frame), cases[i].error);
        expect_error(frame_lookup(cases[i].address, RIGHT_READ, &frame), cases[i].error);
        expect_error(frame_info_at(cases[i].address, &facts), cases[i].error);
    }
}

/* What a claim must say to a frame that no task uses. Look-ups say the same, but Unused for None. */
static enum error claim_refusal(const struct frame_facts *facts)
{
    if (facts->region == REGION_UNKNOWN) {
        return ERROR_HOLE;
    }
    if (facts->kind == KIND_DEVICE) { /* this task has that right, too */
        return ERROR_NONE;
    }
    return is_memory(facts->region) && !kind_is_set_aside(facts->kind) ? ERROR_NONE : ERROR_RESERVED;
}

/* All over memory: only frames that are memory and that nobody uses can be had. */
static void every_region(void)
{
    struct machine_statistics machine;
    struct frame_facts facts;
    struct frame_facts after;
    uint32_t kinds_seen = 0;
    uint64_t step;
    handle frame;

    require_success(machine_statistics(&machine));
    step = machine.end / PROBES < NEAR_STEP ? NEAR_STEP : machine.end / PROBES;
    for (uint64_t number = 0; number < machine.end; number += number < NEAR_FRAMES ? NEAR_STEP : step) {
        require_success(frame_info_at(number * FRAME_SIZE, &facts));
        kinds_seen |= 1u << facts.region;
        if (claim_refusal(&facts) == ERROR_NONE && facts.reference_count != REF_COUNT_UNUSED) {
            continue;
        }
        enum error error = frame_claim(number * FRAME_SIZE, &frame);
        if (!expect_error(error, claim_refusal(&facts))) {
            print("#   address 0x%lx, region type %u, count %lu\n", facts.address, facts.region, facts.reference_count);
            return;
        }
        if (error == ERROR_NONE) {
            require_success(frame_drop(frame));
            error = ERROR_UNUSED;
        }
        expect_error(frame_lookup(number * FRAME_SIZE, RIGHT_READ, &frame), error);
        require_success(frame_info_at(number * FRAME_SIZE, &after));
        expect_equal(after.reference_count, facts.reference_count);
        expect_equal(after.kind, facts.kind);
        expect_equal(after.payer, facts.payer);
    }
    expect(kinds_seen & 1u << REGION_USABLE);
    expect(kinds_seen & 1u << REGION_UNKNOWN);
    expect(kinds_seen & 1u << REGION_KERNEL);
}

/* The first frame of memory is one like any other: unused, shared, or a part of somebody's task. */
static void frame_0(void)
{
    struct frame_facts facts;
    enum error claimed;
    enum error found;
    handle frame;

    require_success(frame_info_at(0, &facts));
    expect_equal(facts.address, 0);
    claimed = frame_claim(0, &frame);
    if (claimed != ERROR_NONE) {
        found = frame_lookup(0, RIGHT_READ, &frame);
        if (claim_refusal(&facts) != ERROR_NONE) {
            expect_error(claimed, claim_refusal(&facts));
            expect_error(found, claim_refusal(&facts));
            return;
        }
        if (facts.reference_count == REF_COUNT_UNIQUE) {
            expect_error(claimed, ERROR_UNIQUE);
            expect_error(found, ERROR_UNIQUE);
            return;
        }
        expect_error(claimed, ERROR_IN_USE);
        if (!kind_is_untyped(facts.kind)) {
            expect_error(found, ERROR_WRONG_KIND);
            return;
        }
        require_success(found);
    }
    expect_success(frame_info(frame, &facts));
    expect_equal(facts.address, 0);
    expect_success(frame_drop(frame));
}

static void missing_right(void)
{
    uint64_t address;

    require_success(unused_address(&address));
    expect_error(answer(ask(PEER_CLAIM, address, 0, 0)), ERROR_MISSING_RIGHT);
    expect_error(answer(ask(PEER_LOOKUP, address, RIGHT_READ, 0)), ERROR_MISSING_RIGHT);
    expect_error(answer(ask(PEER_INFO_AT, address, 0, 0)), ERROR_MISSING_RIGHT);
}

static const struct tap_test tests[] = {
    {"unused_frame", unused_frame},   {"used_frame", used_frame},     {"unique_frame", unique_frame},
    {"bad_addresses", bad_addresses}, {"every_region", every_region}, {"frame_0", frame_0},
    {"missing_right", missing_right},
};

const struct tap_group claim_tests = TAP_GROUP("claim", tests);
