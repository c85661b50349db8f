/* Records: their last words reach their payer's account, once, at their end. */
#include "tests/host/server_calls.h"
#include <stdlib.h>

static uint64_t record(uint32_t account)
{
    struct message message =
        succeed((struct call){.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 1, .account = account});
    uint64_t frame = message.r13 / FRAME_SIZE;

    repurpose_frame(frame, KIND_RECORD);
    return frame;
}

/* What the kernel does when the frame's last handle leaves. */
static void show(uint64_t frame, uint64_t first)
{
    for (uint64_t k = 0; k < FRAME_SIZE / sizeof(atomic_word); k++)
        world->views[0][k] = first + k;
    world->controls[0].view_frame = frame + 1;
}

static void expect_last(uint32_t account, uint64_t first)
{
    struct message message = succeed((struct call){.operation = MESSAGE_LAST_RECORD, .account = account});

    for (uint64_t k = 0; k < MESSAGE_WORDS; k++)
        ck_assert_uint_eq(message.words[k], first != 0 ? first + k : 0);
    ck_assert_uint_eq(message.r13, 0);
}

START_TEST(words_outlive_the_frame)
{
    create();
    expect_last(1, 0);
    uint64_t frame = record(1);
    show(frame, 100);
    succeed(give_back(frame));
    ck_assert_uint_eq(world->controls[0].view_frame, 0);
    expect_last(1, 100);
    expect_last(2, 0);
    frame = record(1);
    show(frame, 200);
    succeed(give_back(frame));
    expect_last(1, 200);
    refused((struct call){.operation = MESSAGE_LAST_RECORD, .account = 9}, ERROR_NOT_PERMITTED);
    refused((struct call){.operation = MESSAGE_LAST_RECORD, .account = ACCOUNT_SYSTEM}, ERROR_NOT_PERMITTED);
    ck_assert_uint_eq(world_check(world).charged, 0);
    world_destroy(world);
}
END_TEST

START_TEST(the_payer_gets_them)
{
    create();
    uint64_t frame = record(2);
    show(frame, 300);
    struct call call = give_back(frame);
    call.account = 1; /* who dropped the last handle */
    succeed(call);
    expect_last(1, 0);
    expect_last(2, 300);
    world_destroy(world);
}
END_TEST

START_TEST(only_at_the_end)
{
    create();
    uint64_t frame = record(1);
    struct call call = lend(MESSAGE_CLONE, ACTION_CLONE, frame, RIGHTS_FRAME);
    call.words[0] = RIGHT_READ;
    succeed(call);
    ck_assert_uint_eq(succeed(give_back(frame)).words[0], 0);
    expect_last(1, 0);
    show(frame, 400);
    ck_assert_uint_eq(succeed(give_back(frame)).words[0], 1);
    expect_last(1, 400);
    world_destroy(world);
}
END_TEST

/* Nothing is kept of a frame that the view page does not show, nor of one that is no record. */
START_TEST(contents_of_others)
{
    create();
    uint64_t frame = record(1);
    show(frame + 1, 500);
    succeed(give_back(frame));
    expect_last(1, 0);
    frame = allocate();
    show(frame, 600);
    succeed(give_back(frame));
    expect_last(1, 0);
    frame = record(1);
    repurpose_frame(frame, KIND_UNTYPED);
    show(frame, 700);
    succeed(give_back(frame));
    expect_last(1, 0);
    world_check(world);
    world_destroy(world);
}
END_TEST

/* What was shown for a drop that was not the frame's last is nobody's words at a later end. */
START_TEST(a_view_is_of_one_drop)
{
    create();
    uint64_t frame = record(1);
    struct call call = lend(MESSAGE_CLONE, ACTION_CLONE, frame, RIGHTS_FRAME);
    call.words[0] = RIGHT_READ;
    succeed(call);
    show(frame, 400);
    ck_assert_uint_eq(succeed(give_back(frame)).words[0], 0);
    ck_assert_uint_eq(world->controls[0].view_frame, 0);
    ck_assert_uint_eq(succeed(give_back(frame)).words[0], 1);
    expect_last(1, 0);
    world_check(world);
    world_destroy(world);
}
END_TEST

RUN_TESTS("record", words_outlive_the_frame, the_payer_gets_them, only_at_the_end, a_view_is_of_one_drop,
          contents_of_others)
