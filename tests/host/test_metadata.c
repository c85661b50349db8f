/* Metadata of frames, and what kind a frame is, by message. */
#include "tests/host/server_calls.h"
#include <stdlib.h>

static const uint64_t some[MESSAGE_WORDS] = {1, UINT64_MAX, 0, 0x123456789abcdef0, 5};
static const uint64_t none[MESSAGE_WORDS];

static struct call write_call(uint64_t frame, const uint64_t *words)
{
    struct call call = lend(MESSAGE_SET_METADATA, ACTION_NONE, frame, RIGHTS_FRAME);

    memcpy(call.words, words, sizeof(call.words));
    return call;
}

static void expect_metadata(uint64_t frame, const uint64_t *words)
{
    struct message message = succeed(lend(MESSAGE_METADATA, ACTION_NONE, frame, RIGHT_READ));

    ck_assert_mem_eq(message.words, words, sizeof(message.words));
}

START_TEST(written_and_read)
{
    create();
    uint64_t frame = allocate();
    expect_metadata(frame, none);
    refused(write_call(frame, some), ERROR_NOT_UNIQUE);
    expect_metadata(frame, none);
    make_unique(frame);
    struct message message = succeed(write_call(frame, some));
    ck_assert_mem_eq(message.words, none, sizeof(none));
    expect_metadata(frame, some);
    struct call call = write_call(frame, none);
    call.r13 = frame_word_make(frame, RIGHTS_FRAME & ~RIGHT_OWNER);
    refused(call, ERROR_MISSING_RIGHT);
    succeed(lend(MESSAGE_SHARE, ACTION_NONE, frame, RIGHTS_FRAME));
    refused(write_call(frame, none), ERROR_NOT_UNIQUE);
    expect_metadata(frame, some);
    succeed(give_back(frame));
    ck_assert_uint_eq(allocate(), frame);
    expect_metadata(frame, none);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(states_and_kinds)
{
    static const enum kind typed[] = {KIND_PAGE_TABLE, KIND_HANDLE_TABLE, KIND_TASK, KIND_ENDPOINT, KIND_LIST};

    create();
    uint64_t frame = allocate();
    struct slot *slot = world_slot(world, frame);
    memcpy(slot->storage, some, sizeof(some));
    struct slot before = *slot;
    for (uint32_t k = 0; k < sizeof(typed) / sizeof(typed[0]); k++) {
        slot->kind_word = kind_word(typed[k], 0, 1);
        slot->ref_count = REF_COUNT_UNIQUE;
        refused(lend(MESSAGE_METADATA, ACTION_NONE, frame, RIGHTS_FRAME), ERROR_WRONG_KIND);
        refused(write_call(frame, none), ERROR_WRONG_KIND);
    }
    slot->kind_word = kind_word(KIND_RECORD, 0, 1);
    expect_metadata(frame, some);
    succeed(write_call(frame, none));
    *slot = before;
    slot->ref_count = REF_COUNT_BUSY;
    refused(lend(MESSAGE_METADATA, ACTION_NONE, frame, RIGHTS_FRAME), ERROR_BUSY);
    refused(write_call(frame, none), ERROR_BUSY);
    slot->ref_count = REF_COUNT_UNUSED;
    refused(lend(MESSAGE_METADATA, ACTION_NONE, frame, RIGHTS_FRAME), ERROR_UNUSED);
    refused(write_call(frame, none), ERROR_UNUSED);
    ck_assert_mem_eq(slot->storage, some, sizeof(some));
    *slot = before;
    world_check(world);
    world_destroy(world);
}
END_TEST

/* Another kind's storage is not this one's metadata; a change of kind that fails or is refused keeps it. */
START_TEST(repurposed)
{
    create();
    uint64_t frame = allocate_unique();
    succeed(write_call(frame, some));
    struct call call = lend(MESSAGE_REPURPOSE, ACTION_CONVERT, frame, RIGHTS_FRAME);
    call.words[0] = KIND_KERNEL;
    refused(call, ERROR_WRONG_KIND);
    call.words[0] = KIND_UNTYPED; /* it is one */
    succeed(call);
    expect_metadata(frame, some);
    call.words[0] = KIND_LIST;
    refuse(succeed(call), ERROR_MAPPED);
    expect_metadata(frame, some);
    ck_assert_uint_eq(world_slot(world, frame)->ref_count, REF_COUNT_UNIQUE);
    call.words[0] = KIND_RECORD;
    succeed(call);
    expect_metadata(frame, none);
    repurpose_frame(frame, KIND_LIST);
    repurpose_frame(frame, KIND_UNTYPED); /* no word of the list is left */
    expect_metadata(frame, none);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(one_frame_only)
{
    static const enum operation operations[] = {MESSAGE_METADATA,   MESSAGE_SET_METADATA, MESSAGE_INFO,
                                                MESSAGE_REPURPOSE,  MESSAGE_LIST_TAKE,    MESSAGE_LIST_LOOK,
                                                MESSAGE_LIST_WRITE, MESSAGE_LIST_CLEAR};

    create();
    uint64_t frames[2] = {allocate(), allocate()};
    for (uint32_t k = 0; k < sizeof(operations) / sizeof(operations[0]); k++) {
        enum action want = operations[k] == MESSAGE_REPURPOSE   ? ACTION_CONVERT
                           : operations[k] == MESSAGE_LIST_TAKE ? ACTION_HAND_BACK
                                                                : ACTION_NONE;
        refused(lend_run(operations[k], want, frames, 2), ERROR_BAD_COUNT);
    }
    world_check(world);
    world_destroy(world);
}
END_TEST

static void expect_alike(const uint64_t *frames, uint32_t n, uint64_t kind, uint64_t alike)
{
    struct call call = lend_run(MESSAGE_CHECK, ACTION_NONE, frames, n);

    call.words[0] = kind;
    struct message message = succeed(call);
    ck_assert_uint_eq(message.words[0], alike);
    ck_assert_uint_eq(message.words[1] | message.words[4] | message.r13, 0);
}

START_TEST(checked)
{
    static const uint64_t bad[] = {KIND_NONE, KIND_KERNEL, KIND_RESERVED, KINDS, UINT64_MAX - 1};
    uint64_t frames[70];

    create();
    for (uint32_t k = 0; k < 70; k++)
        frames[k] = allocate();
    repurpose_frame(frames[3], KIND_RECORD);
    repurpose_frame(frames[69], KIND_LIST);
    expect_alike(frames, 70, KIND_UNTYPED, 3);
    expect_alike(frames, 70, CHECK_UNTYPED, 69);
    expect_alike(frames, 69, CHECK_UNTYPED, 69);
    expect_alike(frames, 70, KIND_LIST, 0);
    expect_alike(&frames[69], 1, KIND_LIST, 1);
    expect_alike(&frames[3], 1, KIND_RECORD, 1);
    expect_alike(&frames[3], 1, KIND_UNTYPED, 0);
    expect_alike(frames, 1, KIND_DEVICE, 0);
    make_unique(frames[0]);
    expect_alike(frames, 2, KIND_UNTYPED, 2);
    for (uint32_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
        struct call call = lend(MESSAGE_CHECK, ACTION_NONE, frames[0], RIGHT_READ);
        call.words[0] = bad[k];
        refused(call, ERROR_BAD_ARGUMENT);
    }
    world_check(world);
    world_destroy(world);
}
END_TEST

RUN_TESTS("metadata", written_and_read, states_and_kinds, repurposed, one_frame_only, checked)
