/* Frames from the allocator that have to lie somewhere, or be unique from the start. */
#include "tests/tasks/check/check.h"
#include <quire/segment.h>

#define FOUR_GIB (UINT64_C(1) << 32)

static void low(void)
{
    handle first;
    handle one;

    require_success(frame_allocate_with(64, ALLOC_LOW, &first));
    require_success(frame_allocate_low(&one));
    for (uint32_t k = 0; k < 64; k++) {
        expect(address_of(handle_of_run(first, k)) < FOUR_GIB);
        expect_equal(count_of(handle_of_run(first, k)), 1);
    }
    expect(address_of(one) < FOUR_GIB);
    expect_success(frame_drop(one));
    expect_success(frame_drop_run(first, 64, NULL));
}

/* Memory above 4 GiB, where there is some, is given out like any other. */
static void high(void)
{
    struct machine_statistics machine;
    struct frame_facts facts;
    uint64_t address;
    handle frame;

    require_success(machine_statistics(&machine));
    address = (machine.end - 1) * FRAME_SIZE;
    if (address < FOUR_GIB) {
        tap_skip("no memory above 4 GiB: start the machine with 6G");
        return;
    }
    while (address >= FOUR_GIB && expect_success(frame_info_at(address, &facts)) &&
           (facts.region != REGION_USABLE || facts.reference_count != REF_COUNT_UNUSED)) {
        address -= FRAME_SIZE;
    }
    require(address >= FOUR_GIB);
    require_success(frame_claim(address, &frame));
    expect_equal(address_of(frame), address);
    expect_success(frame_drop(frame));
}

/* Every run starts where its flags say; with the run held, the next one lies elsewhere. */
static void aligned(void)
{
    for (uint32_t exponent = 0; exponent <= 9; exponent++) {
        uint64_t size = FRAME_SIZE << exponent;
        handle one;
        handle other;
        struct segment segment;

        require_success(frame_allocate_aligned(exponent, &one));
        expect_equal(address_of(one) % size, 0);
        require_success(frame_allocate_aligned(exponent, &other));
        expect_equal(address_of(other) % size, 0);
        expect(address_of(one) != address_of(other));
        require_success(segment_allocate(3, alloc_aligned(exponent) | ALLOC_LOW, &segment));
        uint64_t start = address_of(segment.first);
        expect_equal(start % size, 0);
        expect(start < FOUR_GIB);
        expect_equal(address_of(handle_of_run(segment.first, 2)), start + 2 * FRAME_SIZE);
        expect_success(segment_drop(&segment, NULL));
        expect_success(frame_drop(one));
        expect_success(frame_drop(other));
    }
}

/* The greatest alignment is one that few frames have; one more is none. */
static void greatest_alignment(void)
{
    handle frame;
    enum error error = frame_allocate_aligned(ALLOC_ALIGN_MAX, &frame);

    if (error == ERROR_NONE) {
        expect_equal(address_of(frame) % (FRAME_SIZE << ALLOC_ALIGN_MAX), 0);
        expect_success(frame_drop(frame));
    } else {
        expect_error(error, ERROR_NO_MEMORY);
    }
}

static void contiguous(void)
{
    handle first;

    require_success(frame_allocate_with(200, ALLOC_CONTIGUOUS, &first));
    for (uint32_t k = 0; k < 200; k++) {
        expect_equal(address_of(handle_of_run(first, k)), address_of(first) + k * FRAME_SIZE);
    }
    expect_success(frame_drop_run(first, 200, NULL));
}

static void unique(void)
{
    struct frame_facts facts;
    handle first;
    handle one;
    handle copy;
    uint64_t unused;

    require_success(frame_allocate_unique(&one));
    require_success(frame_allocate_with(5, ALLOC_UNIQUE | ALLOC_CONTIGUOUS, &first));
    expect_success(frame_info(one, &facts));
    expect_equal(facts.reference_count, REF_COUNT_UNIQUE);
    expect_equal(facts.kind, KIND_UNTYPED);
    expect_equal(facts.payer, start_page()->account);
    expect_error(frame_lookup(facts.address, RIGHT_READ, &copy), ERROR_UNIQUE);
    for (uint32_t k = 0; k < 5; k++) {
        expect_equal(count_of(handle_of_run(first, k)), REF_COUNT_UNIQUE);
    }
    expect_success(frame_drop_run(first, 5, &unused));
    expect_equal(unused, 5);
    expect_success(frame_drop_run(one, 1, &unused));
    expect_equal(unused, 1);
    expect_equal(state_at(facts.address), REF_COUNT_UNUSED);
}

static void bad_flags(void)
{
    static const struct {
        uint32_t count;
        uint64_t flags;
    } cases[] = {
        {1, 8}, /* the lowest flag that does not exist */
        {1, 128},
        {4, UINT64_C(1) << 16}, /* above the exponent */
        {1, UINT64_C(1) << 63},
        {1, UINT64_MAX},
        {1, (ALLOC_ALIGN_MAX + 1) << ALLOC_ALIGN_SHIFT},
        {2, ALLOC_CONTIGUOUS | (ALLOC_ALIGN_MAX + 1) << ALLOC_ALIGN_SHIFT},
        {1, UINT64_C(255) << ALLOC_ALIGN_SHIFT},
        {2, 1 << ALLOC_ALIGN_SHIFT}, /* of which frame? */
        {512, ALLOC_LOW | 9 << ALLOC_ALIGN_SHIFT},
    };
    handle first;

    for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        expect_error(frame_allocate_with(cases[i].count, cases[i].flags, &first), ERROR_BAD_ARGUMENT);
    }
    expect_error(frame_allocate_with(0, 0, &first), ERROR_BAD_COUNT);
    expect_error(frame_allocate_with(513, ALLOC_CONTIGUOUS, &first), ERROR_BAD_COUNT);
    expect_error(frame_allocate_with(UINT32_MAX, ALLOC_LOW, &first), ERROR_BAD_COUNT);
}

static const struct tap_test tests[] = {
    {"low", low},
    {"high", high},
    {"aligned", aligned},
    {"greatest_alignment", greatest_alignment},
    {"contiguous", contiguous},
    {"unique", unique},
    {"bad_flags", bad_flags},
};

const struct tap_group place_tests = TAP_GROUP("place", tests);
