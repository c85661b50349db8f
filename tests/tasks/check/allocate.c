/* Frames from the allocator. */
#include "tests/tasks/check/check.h"

static void one(void)
{
    struct machine_statistics before;
    struct machine_statistics after;
    struct frame_facts facts;
    handle frame;

    require_success(machine_statistics(&before));
    require_success(frame_allocate(&frame));
    require_success(machine_statistics(&after));
    expect_equal(after.free, before.free - 1);
    expect_equal(after.in_use, before.in_use + 1);
    expect_equal(after.usable, before.usable);
    expect_success(frame_info(frame, &facts));
    expect_equal(facts.reference_count, 1);
    expect_equal(facts.kind, KIND_UNTYPED);
    expect_equal(facts.payer, start_page()->account);
    expect_equal(facts.list, 0);
    expect(is_memory(facts.region));
    expect_equal(facts.address % FRAME_SIZE, 0);
    expect(facts.address < after.end * FRAME_SIZE);
    expect_success(frame_drop(frame));
    expect_success(frame_info_at(facts.address, &facts));
    expect_equal(facts.reference_count, REF_COUNT_UNUSED);
    expect_equal(facts.kind, KIND_NONE);
    expect_equal(facts.payer, 0);
}

static void sums(void)
{
    struct machine_statistics machine;

    require_success(machine_statistics(&machine));
    expect_equal(machine.free + machine.in_use, machine.usable);
    expect(machine.usable + machine.set_aside <= machine.end);
    expect(machine.free > 0);
}

static void charged(void)
{
    struct account_statistics before;
    struct account_statistics after;
    handle first;
    uint64_t unused;

    require_success(account_statistics(&before));
    expect_equal(before.account, start_page()->account);
    require_success(frame_allocate_run(3, &first));
    expect_success(account_statistics(&after));
    expect_equal(after.used, before.used + 3);
    expect_equal(after.limit, before.limit);
    require_success(frame_drop_run(first, 3, &unused));
    expect_equal(unused, 3);
}

/* The same frame comes back soon; whatever was written, it comes back zeroed. */
static void zeroed(void)
{
    uint64_t *page;
    handle frame;

    for (uint64_t i = 0; i < 40; i++) {
        require_success(allocate_mapped(&frame, &page));
        expect(is_zero(page));
        fill(page, UINT64_MAX - i);
        require_success(frame_drop(frame));
    }
}

static void run(void)
{
    struct frame_facts facts[16];
    struct frame_facts again;
    handle first;
    uint64_t unused;

    require_success(frame_allocate_run(16, &first));
    for (uint32_t i = 0; i < 16; i++) {
        expect_success(frame_info(handle_of_run(first, i), &facts[i]));
        expect_equal(facts[i].reference_count, 1);
        for (uint32_t j = 0; j < i; j++) {
            expect(facts[i].address != facts[j].address);
        }
    }
    require_success(frame_drop_run(first, 16, &unused));
    expect_equal(unused, 16);
    for (uint32_t i = 0; i < 16; i++) {
        expect_success(frame_info_at(facts[i].address, &again));
        expect_equal(again.reference_count, REF_COUNT_UNUSED);
    }
}

static void run_zeroed(void)
{
    handle first;
    void *page;

    for (uint32_t round = 0; round < 3; round++) {
        require_success(frame_allocate_run(24, &first));
        for (uint32_t i = 0; i < 24; i++) {
            require_success(frame_map_anywhere(handle_of_run(first, i), RIGHTS_USE, &page));
            expect(is_zero(page));
            fill(page, UINT64_MAX);
        }
        require_success(frame_drop_run(first, 24, NULL));
    }
}

/* As many as one message carries. */
static void largest_run(void)
{
    struct machine_statistics before;
    struct machine_statistics after;
    handle first;
    uint64_t unused;

    require_success(machine_statistics(&before));
    require_success(frame_allocate_run(512, &first));
    expect_success(machine_statistics(&after));
    expect_equal(after.free, before.free - 512);
    for (uint32_t i = 0; i < 512; i++) {
        struct frame_facts facts;

        require_success(frame_info(handle_of_run(first, i), &facts));
        require(facts.reference_count == 1);
    }
    require_success(frame_drop_run(first, 512, &unused));
    expect_equal(unused, 512);
    expect_error(frame_allocate_run(513, &first), ERROR_BAD_COUNT);
    expect_error(frame_allocate_run(0, &first), ERROR_BAD_COUNT);
    expect_error(frame_allocate_run(UINT32_MAX, &first), ERROR_BAD_COUNT);
}

/* As many as the handle table has room for, one by one: then a named refusal, and all come back. */
static void until_full(void)
{
    uint32_t limit = own_entries_limit();
    handle first = 0;
    handle last = 0;
    uint32_t count = 0;
    enum error error;

    while ((error = frame_allocate(&last)) == ERROR_NONE) {
        require(count < limit);
        first = count == 0 ? last : first;
        count++;
    }
    expect_error(error, ERROR_NO_TABLE_ENTRY);
    expect_error(frame_allocate_run(2, &last), ERROR_NO_TABLE_ENTRY);
    expect(count > 0);
    for (uint32_t i = 0; i < count; i++) {
        struct handle_facts facts;
        handle frame = handle_make(handle_index(first) + i, handle_generation(first) + i);

        require_success(system_call_inspect(frame, &facts));
        expect_equal(facts.kind, KIND_UNTYPED);
        require_success(frame_drop(frame));
    }
}

/* In an order drawn from the seed. */
static void random_order(void)
{
    handle held[32] = {0};
    uint64_t state = tap_seed() + 0x2545f4914f6cdd1d;

    for (uint32_t round = 0; round < 2000; round++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        handle *chosen = &held[state % 32];

        if (*chosen == 0) {
            require_success(frame_allocate(chosen));
        } else {
            require_success(frame_drop(*chosen));
            *chosen = 0;
        }
    }
    for (uint32_t i = 0; i < 32; i++) {
        if (held[i] != 0) {
            expect_success(frame_drop(held[i]));
        }
    }
}

static const struct tap_test tests[] = {
    {"one", one},
    {"sums", sums},
    {"charged", charged},
    {"zeroed", zeroed},
    {"run", run},
    {"run_zeroed", run_zeroed},
    {"largest_run", largest_run},
    {"until_full", until_full},
    {"random_order", random_order},
};

const struct tap_group allocate_tests = TAP_GROUP("allocate", tests);
