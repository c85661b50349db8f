/* The FPU's registers are each task's own. */
#include "tests/tasks/fpu.h"
#include "tests/tasks/check/check.h"
#include "tests/tasks/check/crew.h"

/* Across calls: to a task that fills the registers itself, and back, on the kernel's short way and on its long one. */
static void across_calls(void)
{
    const uint64_t ways[] = {rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_NONE, 0, 0),
                             rax_make(SYSTEM_CALL_CALL, ACTION_MOVE, MODE_NONE, 1, own_entries_limit() - 1)};
    struct fpu_state wanted;
    struct fpu_state found;
    bool avx = fpu_has_avx();

    for (uint64_t seed = 1; seed < 8; seed++) {
        struct message message = {
            .rax = ways[seed % 2], .rdi = start_handle("peer"), .rsi = PEER_FPU, .words = {seed + 8}};

        fpu_pattern(&wanted, seed, avx);
        fpu_system_call(&wanted, &message, &found, avx);
        expect_equal(message.rax, 0);
        expect_equal(fpu_differences(&wanted, &found), 0);
        expect_equal(ask(PEER_FPU_CHECK, 0, 0, 0).words[0], 0);
    }
}

/* Across a call to the frame server, which does not use the FPU, and so can't be seen in it. */
static void across_the_server(void)
{
    struct fpu_state wanted;
    struct fpu_state found;
    struct message message = {.rdi = frame_server(), .rsi = MESSAGE_NOTHING};
    bool avx = fpu_has_avx();

    fpu_pattern(&wanted, 3, avx);
    fpu_system_call(&wanted, &message, &found, avx);
    expect_equal(message.rax, 0);
    expect_equal(fpu_differences(&wanted, &found), 0);
}

/* Across preemption: two tasks compute with different contents. */
static void across_preemption(void)
{
    struct fpu_state wanted;
    struct fpu_state found;
    struct spin *spin;
    uint64_t mine = 0;
    uint64_t theirs = UINT64_MAX;
    handle frame;
    bool avx = fpu_has_avx();

    require_success(allocate_mapped(&frame, (uint64_t **)&spin));
    require_success(crew_start("equal", RUNNER_FPU, frame, 5));
    for (uint64_t round = 0; round < 5; round++) {
        fpu_pattern(&wanted, round + 8, avx);
        fpu_spin(&wanted, &mine, &spin->count, spin->count + 1, &found, avx);
        expect_equal(fpu_differences(&wanted, &found), 0);
    }
    spin->stop = 1;
    expect_success(crew_finish("equal", &theirs));
    expect_equal(theirs, 0);
    expect_success(frame_drop(frame));
}

static const struct tap_test tests[] = {
    {"across_calls", across_calls},
    {"across_the_server", across_the_server},
    {"across_preemption", across_preemption},
};

const struct tap_group fpu_tests = TAP_GROUP("fpu", tests);
