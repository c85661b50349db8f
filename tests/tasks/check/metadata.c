/* Metadata: five words beside a frame's contents. */
#include "tests/tasks/check/check.h"

static const uint64_t pattern[MESSAGE_WORDS] = {11, UINT64_MAX, UINT64_C(1) << 63, 44, 55};

static void expect_metadata(handle frame, const uint64_t expected[MESSAGE_WORDS])
{
    uint64_t words[MESSAGE_WORDS] = {1, 2, 3, 4, 5};

    expect_success(frame_metadata(frame, words));
    for (uint32_t i = 0; i < MESSAGE_WORDS; i++) {
        expect_equal(words[i], expected[i]);
    }
}

static const uint64_t nothing[MESSAGE_WORDS];

static void written_and_read(void)
{
    uint64_t address;
    handle frame;

    require_success(frame_allocate(&frame));
    expect_metadata(frame, nothing);
    expect_success(frame_unique(frame));
    expect_metadata(frame, nothing);
    expect_success(frame_set_metadata(frame, pattern));
    expect_metadata(frame, pattern);
    address = address_of(frame);
    expect_success(frame_share(frame));
    expect_metadata(frame, pattern);
    expect_success(frame_unique(frame));
    expect_metadata(frame, pattern);
    expect_success(frame_drop(frame));
    /* The same frame in its next life knows nothing of it. */
    require_success(frame_claim(address, &frame));
    expect_metadata(frame, nothing);
    expect_success(frame_drop(frame));
}

/* The frame's contents and its metadata do not touch. */
static void beside_the_contents(void)
{
    handle frame;
    uint64_t *page;

    require_success(allocate_mapped(&frame, &page));
    expect_success(frame_unique(frame));
    expect_success(frame_set_metadata(frame, pattern));
    expect(is_zero(page));
    fill(page, 1);
    expect_metadata(frame, pattern);
    expect_success(frame_drop(frame));
}

/* Every holder reads the same, in another task too. */
static void read_by_all(void)
{
    struct reply reply;
    handle frame;
    handle share;
    handle theirs;

    require_success(frame_allocate_unique(&frame));
    expect_success(frame_set_metadata(frame, pattern));
    expect_success(frame_share(frame));
    require_success(frame_clone(frame, RIGHT_READ | RIGHT_MOVE, &share));
    expect_metadata(share, pattern);
    require_success(give(share, 1, &theirs));
    reply = ask(PEER_METADATA, theirs, 0, 0);
    expect_success(answer(reply));
    for (uint32_t i = 0; i < MESSAGE_WORDS; i++) {
        expect_equal(reply.words[i], pattern[i]);
    }
    expect_error(answer(ask(PEER_SET_METADATA, theirs, 9, 0)), ERROR_MISSING_RIGHT);
    expect_metadata(frame, pattern);
    expect_success(answer(ask(PEER_DROP, theirs, 1, 0)));
    expect_success(frame_drop(frame));
}

/* One handle is not enough: only the conversion to unique settles that nobody else reads meanwhile. */
static void needs_unique(void)
{
    struct snapshot before;
    handle frame;
    handle copy;

    require_success(frame_allocate(&frame));
    before = snapshot(frame);
    expect_error(frame_set_metadata(frame, pattern), ERROR_NOT_UNIQUE);
    expect_unchanged(frame, &before);
    require_success(frame_clone(frame, RIGHTS_FRAME, &copy));
    expect_error(frame_set_metadata(frame, pattern), ERROR_NOT_UNIQUE);
    expect_error(frame_set_metadata(copy, pattern), ERROR_NOT_UNIQUE);
    expect_success(frame_drop(copy));
    expect_unchanged(frame, &before);
    expect_success(frame_drop(frame));
}

static void needs_the_owner_right(void)
{
    handle frame;
    handle copy;

    require_success(frame_allocate(&frame));
    require_success(frame_clone(frame, RIGHTS_FRAME & ~RIGHT_OWNER, &copy));
    expect_success(frame_drop(frame));
    expect_error(frame_set_metadata(copy, pattern), ERROR_MISSING_RIGHT);
    expect_metadata(copy, nothing);
    expect_success(frame_drop(copy));
}

/* What is kept in the slots of other kinds is the frame server's. */
static void other_kinds(void)
{
    static const enum kind kinds[] = {KIND_PAGE_TABLE, KIND_HANDLE_TABLE, KIND_LIST};
    uint64_t words[MESSAGE_WORDS];
    handle frame;

    require_success(frame_allocate_unique(&frame));
    for (uint32_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        expect_success(frame_repurpose(frame, kinds[i]));
        struct snapshot before = snapshot(frame);
        expect_error(frame_metadata(frame, words), ERROR_WRONG_KIND);
        expect_error(frame_set_metadata(frame, pattern), ERROR_WRONG_KIND);
        expect_unchanged(frame, &before);
    }
    expect_success(frame_drop(frame));
    expect_error(frame_metadata(start_handle("peer"), words), ERROR_WRONG_KIND);
    expect_error(frame_metadata(frame, words), ERROR_BAD_HANDLE);
    expect_error(frame_set_metadata(frame, pattern), ERROR_BAD_HANDLE);
}

/* A record has metadata of its own; what the frame had as plain memory is gone, and the other way. */
static void cleared_by_repurpose(void)
{
    handle frame;

    require_success(frame_allocate_unique(&frame));
    expect_success(frame_set_metadata(frame, pattern));
    expect_success(frame_repurpose(frame, KIND_UNTYPED)); /* is one: nothing changes */
    expect_metadata(frame, pattern);
    expect_success(frame_repurpose(frame, KIND_RECORD));
    expect_metadata(frame, nothing);
    expect_success(frame_set_metadata(frame, pattern));
    expect_metadata(frame, pattern);
    expect_success(frame_repurpose(frame, KIND_UNTYPED));
    expect_metadata(frame, nothing);
    expect_success(frame_drop(frame));
}

/* More than one frame has no one metadata. */
static void bad_counts(void)
{
    static const enum operation operations[] = {MESSAGE_METADATA, MESSAGE_SET_METADATA};
    handle first;

    require_success(frame_allocate_with(2, ALLOC_UNIQUE, &first));
    for (uint32_t i = 0; i < 2; i++) {
        struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_BORROW, 2, 0),
                                  .rsi = operations[i],
                                  .words = {1, 2, 3, 4, 5},
                                  .r13 = first};

        expect_error(send_raw(&message), ERROR_BAD_COUNT);
        message = (struct message){.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_NONE, 0, 0),
                                   .rsi = operations[i],
                                   .words = {address_of(first)}};
        expect_error(send_raw(&message), ERROR_BAD_MODE);
    }
    expect_metadata(first, nothing);
    expect_success(frame_drop_run(first, 2, NULL));
}

static const struct tap_test tests[] = {
    {"written_and_read", written_and_read},
    {"beside_the_contents", beside_the_contents},
    {"read_by_all", read_by_all},
    {"needs_unique", needs_unique},
    {"needs_the_owner_right", needs_the_owner_right},
    {"other_kinds", other_kinds},
    {"cleared_by_repurpose", cleared_by_repurpose},
    {"bad_counts", bad_counts},
};

const struct tap_group metadata_tests = TAP_GROUP("metadata", tests);
