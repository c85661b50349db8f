/* Exclusive owners: conversions both ways, of single frames and of runs, by message. */
#include "tests/host/server_calls.h"
#include "tests/host/trap.h"
#include <signal.h>
#include <stdlib.h>

#define RUN 70 /* more than one word of marks */

static uint64_t frames[RUN];

static void allocate_frames(void)
{
    for (uint32_t k = 0; k < RUN; k++)
        frames[k] = allocate();
}

static uint64_t state(uint64_t frame)
{
    return world_slot(world, frame)->ref_count;
}

static struct call unique_run(void)
{
    return lend_run(MESSAGE_UNIQUE, ACTION_NONE, frames, RUN);
}

static struct call share_run(void)
{
    return lend_run(MESSAGE_SHARE, ACTION_NONE, frames, RUN);
}

START_TEST(both_ways)
{
    create();
    uint64_t frame = allocate();
    struct call clone = lend(MESSAGE_CLONE, ACTION_CLONE, frame, RIGHTS_FRAME);
    struct call look_up = {.operation = MESSAGE_LOOKUP,
                           .want = ACTION_CLONE,
                           .n = 1,
                           .services = SERVICE_RIGHT_LOOKUP,
                           .words = {frame * FRAME_SIZE, RIGHT_READ}};
    clone.words[0] = RIGHT_READ;
    for (uint32_t times = 0; times < 2; times++) { /* done already is no error */
        struct message message = succeed(lend(MESSAGE_UNIQUE, ACTION_NONE, frame, RIGHTS_FRAME));
        check_error(message, ERROR_NONE);
        ck_assert_uint_eq(message.words[0], 0);
        ck_assert_uint_eq(state(frame), REF_COUNT_UNIQUE);
        refused(clone, ERROR_UNIQUE);
        refused(look_up, ERROR_UNIQUE);
    }
    for (uint32_t times = 0; times < 2; times++) {
        succeed(lend(MESSAGE_SHARE, ACTION_NONE, frame, RIGHTS_FRAME));
        ck_assert_uint_eq(state(frame), 1);
    }
    succeed(clone);
    succeed(look_up);
    succeed(lend(MESSAGE_SHARE, ACTION_NONE, frame, RIGHTS_FRAME)); /* shared by three: as it is */
    ck_assert_uint_eq(state(frame), 3);
    world_check(world);
    world_destroy(world);
}
END_TEST

/* What a frame of such a count and kind answers, and that it stays as it is. */
static void check_refusals(uint64_t frame, uint64_t count, enum kind kind, enum error unique, enum error share)
{
    struct slot *slot = world_slot(world, frame);
    struct slot before = *slot;

    slot->ref_count = count;
    slot->kind_word = kind_word(kind, 0, 1);
    refused(lend(MESSAGE_UNIQUE, ACTION_NONE, frame, RIGHTS_FRAME), unique);
    ck_assert_uint_eq(slot->ref_count, unique == ERROR_NONE ? REF_COUNT_UNIQUE : count);
    slot->ref_count = count;
    refused(lend(MESSAGE_SHARE, ACTION_NONE, frame, RIGHTS_FRAME), share);
    ck_assert_uint_eq(slot->ref_count, share == ERROR_NONE && count == REF_COUNT_UNIQUE ? 1 : count);
    *slot = before;
}

START_TEST(states_and_kinds)
{
    create();
    uint64_t frame = allocate();
    check_refusals(frame, 2, KIND_UNTYPED, ERROR_SHARED, ERROR_NONE);
    check_refusals(frame, REF_COUNT_MAX, KIND_UNTYPED, ERROR_SHARED, ERROR_NONE);
    check_refusals(frame, REF_COUNT_BUSY, KIND_UNTYPED, ERROR_BUSY, ERROR_BUSY);
    check_refusals(frame, REF_COUNT_UNUSED, KIND_UNTYPED, ERROR_UNUSED, ERROR_UNUSED);
    check_refusals(frame, 1, KIND_RECORD, ERROR_NONE, ERROR_NONE);
    check_refusals(frame, 1, KIND_LIST, ERROR_NONE, ERROR_NONE);
    check_refusals(frame, 1, KIND_ENDPOINT, ERROR_WRONG_KIND, ERROR_NONE);
    check_refusals(frame, 1, KIND_TASK, ERROR_WRONG_KIND, ERROR_NONE);
    check_refusals(frame, REF_COUNT_UNIQUE, KIND_PAGE_TABLE, ERROR_NONE, ERROR_WRONG_KIND);
    check_refusals(frame, REF_COUNT_UNIQUE, KIND_HANDLE_TABLE, ERROR_NONE, ERROR_WRONG_KIND);
    refused(lend(MESSAGE_UNIQUE, ACTION_NONE, frame, RIGHTS_FRAME & ~RIGHT_OWNER), ERROR_MISSING_RIGHT);
    ck_assert_uint_eq(state(frame), 1);
    make_unique(frame);
    refused(lend(MESSAGE_SHARE, ACTION_NONE, frame, RIGHTS_FRAME & ~RIGHT_OWNER), ERROR_MISSING_RIGHT);
    ck_assert_uint_eq(state(frame), REF_COUNT_UNIQUE);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(runs)
{
    create();
    allocate_frames();
    make_unique(frames[66]);
    succeed(unique_run());
    for (uint32_t k = 0; k < RUN; k++)
        ck_assert_uint_eq(state(frames[k]), REF_COUNT_UNIQUE);
    succeed(share_run());
    for (uint32_t k = 0; k < RUN; k++)
        ck_assert_uint_eq(state(frames[k]), 1);
    world_check(world);
    world_destroy(world);
}
END_TEST

/* One frame of the run can't: all stay as they were, and the reply tells which one. */
START_TEST(runs_that_fail)
{
    static const uint32_t places[] = {0, 1, 63, 64, RUN - 1};

    create();
    allocate_frames();
    make_unique(frames[2]);
    for (uint32_t k = 0; k < 5; k++) {
        struct slot *slot = world_slot(world, frames[places[k]]);
        slot->ref_count = 2;
        refused_at(unique_run(), ERROR_SHARED, places[k]);
        slot->ref_count = 1;
        for (uint32_t n = 0; n < RUN; n++)
            ck_assert_uint_eq(state(frames[n]), n == 2 ? REF_COUNT_UNIQUE : 1);
        slot->ref_count = REF_COUNT_UNIQUE;
        slot->kind_word = kind_word(KIND_PAGE_TABLE, 0, 1);
        refused_at(share_run(), ERROR_WRONG_KIND, places[k]);
        slot->kind_word = kind_word(KIND_UNTYPED, 0, 1);
        slot->ref_count = 1;
        ck_assert_uint_eq(state(frames[2]), REF_COUNT_UNIQUE);
    }
    world_check(world);
    world_destroy(world);
}
END_TEST

/* Another worker counts a handle to the last frame of the run, just when the first one has been changed. */
static void look_up_meanwhile(int signal_number)
{
    (void)signal_number;
    if (state(frames[0]) == REF_COUNT_UNIQUE)
        world_slot(world, frames[RUN - 1])->ref_count = 2;
}

START_TEST(a_run_that_fails_in_the_middle)
{
    struct sigaction action = {.sa_handler = look_up_meanwhile};

    create();
    allocate_frames();
    make_unique(frames[5]);
    ck_assert_int_eq(sigaction(SIGTRAP, &action, NULL), 0);
    atomic_word run[RUN];
    for (uint32_t k = 0; k < RUN; k++)
        run[k] = frames[k];
    TRAP_BEGIN();
    enum error error = frames_make_unique(worker, run, RUN);
    TRAP_END();
    ck_assert_int_eq(error, ERROR_SHARED);
    ck_assert_uint_eq(worker->failed, RUN - 1);
    for (uint32_t k = 0; k < RUN; k++)
        ck_assert_uint_eq(state(frames[k]), k == 5 ? REF_COUNT_UNIQUE : k == RUN - 1 ? 2 : 1);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(unique_from_the_start)
{
    create();
    for (uint32_t n = 1; n < 40; n += 19) {
        struct call call = {.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = n, .words = {ALLOC_UNIQUE}};
        struct message message = succeed(call);
        ck_assert_uint_eq(rax_n(message.rax), n);
        for (uint32_t k = 0; k < n; k++)
            ck_assert_uint_eq(state(n == 1 ? message.r13 / FRAME_SIZE : worker->transfer[k]), REF_COUNT_UNIQUE);
        refuse(message, ERROR_OCCUPIED);
    }
    ck_assert_uint_eq(world_check(world).charged, 0);
    struct call claim = {.operation = MESSAGE_CLAIM,
                         .want = ACTION_GRANT,
                         .n = 3,
                         .services = SERVICE_RIGHT_CLAIM,
                         .words = {USABLE_FRAME * FRAME_SIZE, CLAIM_UNIQUE}};
    succeed(claim);
    for (uint32_t k = 0; k < 3; k++)
        ck_assert_uint_eq(state(USABLE_FRAME + k), REF_COUNT_UNIQUE);
    refused(claim, ERROR_UNIQUE);
    claim.words[1] = CLAIM_UNIQUE | 1;
    refused(claim, ERROR_BAD_ARGUMENT);
    succeed(give_back(USABLE_FRAME));
    ck_assert_uint_eq(world_check(world).charged, 2);
    world_destroy(world);
}
END_TEST

/* A unique frame's repurpose leaves it unique; a table's owner becomes the first of many handles. */
START_TEST(repurposed)
{
    create();
    uint64_t frame = allocate_unique();
    repurpose_frame(frame, KIND_RECORD);
    ck_assert_uint_eq(state(frame), REF_COUNT_UNIQUE);
    repurpose_frame(frame, KIND_LIST);
    ck_assert_uint_eq(state(frame), REF_COUNT_UNIQUE);
    repurpose_frame(frame, KIND_LIST);
    ck_assert_uint_eq(state(frame), REF_COUNT_UNIQUE);
    repurpose_frame(frame, KIND_UNTYPED);
    ck_assert_uint_eq(state(frame), REF_COUNT_UNIQUE);
    repurpose_frame(frame, KIND_PAGE_TABLE);
    ck_assert_uint_eq(state(frame), REF_COUNT_UNIQUE);
    repurpose_frame(frame, KIND_UNTYPED);
    ck_assert_uint_eq(state(frame), 1);
    world_check(world);
    world_destroy(world);
}
END_TEST

RUN_TESTS("unique", both_ways, states_and_kinds, runs, runs_that_fail, a_run_that_fails_in_the_middle,
          unique_from_the_start, repurposed)
