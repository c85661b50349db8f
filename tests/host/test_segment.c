/* Runs of frames: claimed by address, cloned, dropped; what fails in the middle is taken back. */
#include "tests/host/server_calls.h"
#include <stdlib.h>

static struct call claim_call(uint64_t address, uint32_t n)
{
    return (struct call){
        .operation = MESSAGE_CLAIM, .want = ACTION_GRANT, .n = n, .services = SERVICE_RIGHT_CLAIM, .words = {address}};
}

START_TEST(claimed)
{
    create();
    struct message message = succeed(claim_call(0, 8)); /* address 0 is memory like any other */
    ck_assert_uint_eq(rax_action(message.rax), ACTION_GRANT);
    ck_assert_uint_eq(rax_n(message.rax), 8);
    ck_assert_uint_eq(message.words[0], 0);
    ck_assert_uint_eq(message.r14, RIGHTS_FRAME);
    ck_assert_uint_eq(world->controls[0].intent_run, 8);
    for (uint64_t k = 0; k < 8; k++) {
        ck_assert_uint_eq(worker->transfer[k], k);
        ck_assert_uint_eq(world_slot(world, k)->ref_count, 1);
    }
    message = succeed(claim_call((USABLE_FRAME + 100) * FRAME_SIZE, TRANSFER_FRAMES));
    ck_assert_uint_eq(message.words[0], (USABLE_FRAME + 100) * FRAME_SIZE);
    ck_assert_uint_eq(world_check(world).charged, 8 + TRANSFER_FRAMES);
    refuse(message, ERROR_OCCUPIED);
    ck_assert_uint_eq(world_check(world).charged, 8);
    world_destroy(world);
}
END_TEST

/* The run ends where memory does: not a frame earlier, not one later. */
START_TEST(at_the_end_of_memory)
{
    world = world_create_plain(100);
    worker = &world->workers[0];
    refused_at(claim_call(90 * FRAME_SIZE, 11), ERROR_OUT_OF_BOUND, 10);
    refused_at(claim_call(100 * FRAME_SIZE, 1), ERROR_OUT_OF_BOUND, 0);
    refused_at(claim_call(UINT64_MAX - FRAME_SIZE + 1, 2), ERROR_OUT_OF_BOUND, 0); /* wraps to address 0 */
    refused_at(claim_call(UINT64_MAX, 2), ERROR_NOT_ALIGNED, 0);
    refused_at(claim_call(FRAME_SIZE + 8, 2), ERROR_NOT_ALIGNED, 0);
    refused(claim_call(0, 0), ERROR_BAD_COUNT);
    refused(claim_call(0, TRANSFER_FRAMES + 1), ERROR_BAD_COUNT);
    refused(claim_call(0, UINT16_MAX), ERROR_BAD_COUNT);
    succeed(claim_call(90 * FRAME_SIZE, 10));
    ck_assert_uint_eq(world_check(world).charged, 10);
    world_destroy(world);
}
END_TEST

START_TEST(claims_that_fail)
{
    static const struct {
        uint64_t state;
        enum error error;
    } rows[] = {{1, ERROR_IN_USE},
                {REF_COUNT_MAX, ERROR_IN_USE},
                {REF_COUNT_UNIQUE, ERROR_UNIQUE},
                {REF_COUNT_BUSY, ERROR_BUSY}};
    struct call call = claim_call((USABLE_FRAME + 64) * FRAME_SIZE, 64);

    create();
    succeed(claim_call((USABLE_FRAME + 64 + 21) * FRAME_SIZE, 1));
    struct slot *slot = world_slot(world, USABLE_FRAME + 64 + 21);
    for (uint32_t k = 0; k < 4; k++) {
        slot->ref_count = rows[k].state;
        refused_at(call, rows[k].error, 21);
    }
    slot->ref_count = REF_COUNT_UNUSED; /* dropped, and on its way to the allocator: seen when it is its turn */
    refused_at(call, ERROR_BUSY, 21);
    slot->ref_count = 1;
    for (uint64_t k = 0; k < 21; k++) /* the allocator's again, not merely unused */
        ck_assert_uint_eq(kind_word_payer(world_slot(world, USABLE_FRAME + 64 + k)->kind_word), 0);
    ck_assert_uint_eq(world_check(world).charged, 1);
    refused_at(claim_call(0, 9), ERROR_RESERVED, 8);
    refused_at(claim_call(9 * FRAME_SIZE, 160), ERROR_RESERVED, 150);
    refused_at(claim_call((KERNEL_FRAME - 3) * FRAME_SIZE, 9), ERROR_RESERVED, 0);
    refused_at(claim_call((HOLE + 1) * FRAME_SIZE, 9), ERROR_HOLE, 0);
    call = claim_call((USABLE_FRAME + 200) * FRAME_SIZE, 30);
    call.services = SERVICE_RIGHT_LOOKUP;
    refused(call, ERROR_MISSING_RIGHT);
    call.services = SERVICE_RIGHT_CLAIM;
    call.account = 2;
    world->keep->accounts[2].limit = 29;
    refused_at(call, ERROR_OVER_LIMIT, 29);
    ck_assert_uint_eq(world_check(world).charged, 1);
    call.n = 29;
    succeed(call);
    ck_assert_uint_eq(world_check(world).charged, 30);
    world_destroy(world);
}
END_TEST

#define RUN 40

static uint64_t frames[RUN];

static struct call clone_call(void)
{
    struct call call = lend_run(MESSAGE_CLONE, ACTION_CLONE, frames, RUN);

    call.words[0] = RIGHT_READ;
    return call;
}

static void expect_counts(uint64_t count, uint32_t other, uint64_t others_count)
{
    for (uint32_t k = 0; k < RUN; k++)
        expect_eq(world_slot(world, frames[k])->ref_count, k == other ? others_count : count);
}

START_TEST(cloned)
{
    create();
    for (uint32_t k = 0; k < RUN; k++)
        frames[k] = allocate();
    struct message message = succeed(clone_call());
    ck_assert_uint_eq(rax_action(message.rax), ACTION_CLONE);
    ck_assert_uint_eq(rax_n(message.rax), RUN);
    ck_assert_uint_eq(message.r13, frames[0] * FRAME_SIZE);
    ck_assert_uint_eq(message.r14, RIGHT_READ);
    ck_assert_uint_eq(message.words[0], frames[0] * FRAME_SIZE);
    ck_assert_uint_eq(message.words[1], 0);
    ck_assert_uint_eq(world->controls[0].intent_run, RUN);
    expect_counts(2, RUN, 0);
    refuse(message, ERROR_REVOKED);
    expect_counts(1, RUN, 0);
    message = succeed(lend_run(MESSAGE_LOOKUP, ACTION_CLONE, frames, RUN)); /* with all rights that were lent */
    ck_assert_uint_eq(message.r14, RIGHTS_FRAME);
    expect_counts(2, RUN, 0);
    ck_assert_uint_eq(world_check(world).charged, RUN);
    world_destroy(world);
}
END_TEST

START_TEST(clones_that_fail)
{
    static const struct {
        uint64_t state;
        enum error error;
    } rows[] = {{REF_COUNT_MAX, ERROR_TOO_MANY_HANDLES},
                {REF_COUNT_UNIQUE, ERROR_UNIQUE},
                {REF_COUNT_BUSY, ERROR_BUSY},
                {REF_COUNT_UNUSED, ERROR_UNUSED}};
    static const uint32_t places[] = {0, 1, RUN - 1};

    create();
    for (uint32_t k = 0; k < RUN; k++)
        frames[k] = allocate();
    for (uint32_t place = 0; place < 3; place++) {
        struct slot *slot = world_slot(world, frames[places[place]]);
        for (uint32_t k = 0; k < 4; k++) {
            slot->ref_count = rows[k].state;
            refused_at(clone_call(), rows[k].error, places[place]);
            expect_counts(1, places[place], rows[k].state);
        }
        slot->ref_count = 1;
        slot->kind_word = kind_word(KIND_HANDLE_TABLE, 0, 1);
        refused_at(clone_call(), ERROR_UNIQUE, places[place]);
        slot->kind_word = kind_word(KIND_UNTYPED, 0, 1);
    }
    struct call call = clone_call();
    call.words[0] = 0;
    refused(call, ERROR_BAD_RIGHTS);
    call = clone_call();
    call.words[0] = RIGHT_READ | UINT64_C(1) << 60;
    refused(call, ERROR_BAD_RIGHTS);
    call = clone_call();
    call.r13 = frame_word_make(frames[0], RIGHTS_FRAME & ~RIGHT_CLONE);
    refused(call, ERROR_MISSING_RIGHT);
    expect_counts(1, RUN, 0);
    ck_assert_uint_eq(world_check(world).charged, RUN);
    world_destroy(world);
}
END_TEST

/* The same frame by two handles of the run. */
START_TEST(cloned_twice_in_a_run)
{
    create();
    uint64_t frame = allocate();
    for (uint32_t k = 0; k < RUN; k++)
        frames[k] = frame;
    world_slot(world, frame)->ref_count = RUN;
    succeed(clone_call());
    ck_assert_uint_eq(world_slot(world, frame)->ref_count, 2 * RUN);
    world_slot(world, frame)->ref_count = REF_COUNT_MAX - 3;
    refused_at(clone_call(), ERROR_TOO_MANY_HANDLES, 3);
    ck_assert_uint_eq(world_slot(world, frame)->ref_count, REF_COUNT_MAX - 3);
    world_slot(world, frame)->ref_count = 1;
    world_check(world);
    world_destroy(world);
}
END_TEST

RUN_TESTS("segment", claimed, at_the_end_of_memory, claims_that_fail, cloned, clones_that_fail, cloned_twice_in_a_run)
