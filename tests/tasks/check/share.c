/* Frames that two tasks share, and handles that change hands, through an endpoint. */
#include "tests/tasks/check/check.h"

/* The helper's entries in use, after it gave its spare page tables back. */
static uint64_t peer_entries(void)
{
    return ask(PEER_STOCK, 0, 0, 0).words[0];
}

static void words_go_both_ways(void)
{
    struct reply reply = call_5(start_handle("peer"), PEER_ECHO, 1, 22, 333, 4444, UINT64_MAX);

    expect_success((enum error)reply.status);
    expect_equal(reply.label, 0);
    expect_equal(reply.words[0], 2);
    expect_equal(reply.words[1], 23);
    expect_equal(reply.words[2], 334);
    expect_equal(reply.words[3], 4445);
    expect_equal(reply.words[4], 0);
}

/* What one writes the other reads, both ways, in two address spaces. */
static void shared_page(void)
{
    uint64_t entries = peer_entries();
    handle frame;
    handle share;
    handle theirs;
    uint64_t *page;

    require_success(allocate_mapped(&frame, &page));
    page[9] = 99;
    require_success(frame_clone(frame, RIGHTS_SHARE, &share));
    require_success(give(share, 1, &theirs));
    expect_success(answer(ask(PEER_MAP, theirs, RIGHTS_USE, 0)));
    expect_equal(ask(PEER_READ, theirs, 9, 0).words[0], 99);
    expect_success(answer(ask(PEER_WRITE, theirs, 10, 1010)));
    expect_equal(page[10], 1010);
    page[9] = 100;
    expect_equal(ask(PEER_READ, theirs, 9, 0).words[0], 100);
    expect_equal(ask(PEER_INFO, theirs, 0, 0).words[1], 2);
    expect_success(frame_drop(frame));
    expect_equal(ask(PEER_READ, theirs, 10, 0).words[0], 1010);
    expect_equal(ask(PEER_INFO, theirs, 0, 0).words[1], 1);
    expect_success(answer(ask(PEER_DROP, theirs, 1, 0)));
    expect_equal(peer_entries(), entries);
}

/* Rights go along, no wider. */
static void read_only_share(void)
{
    handle frame;
    handle share;
    handle theirs;

    require_success(frame_allocate(&frame));
    require_success(frame_clone(frame, RIGHT_READ | RIGHT_MAP | RIGHT_MOVE, &share));
    require_success(give(share, 1, &theirs));
    expect_equal(ask(PEER_INSPECT, theirs, 0, 0).words[0], RIGHT_READ | RIGHT_MAP | RIGHT_MOVE);
    expect_error(answer(ask(PEER_MAP, theirs, RIGHTS_USE, 0)), ERROR_BAD_RIGHTS);
    expect_error(answer(ask(PEER_CLONE, theirs, RIGHT_READ, 0)), ERROR_MISSING_RIGHT);
    expect_error(answer(ask(PEER_REPURPOSE, theirs, KIND_PAGE_TABLE, 0)), ERROR_MISSING_RIGHT);
    expect_success(answer(ask(PEER_MAP, theirs, RIGHT_READ, 0)));
    expect_success(answer(ask(PEER_DROP, theirs, 1, 0)));
    (void)peer_entries();
    expect_success(frame_drop(frame));
}

/* A move counts nothing, and the sender's handle is gone. */
static void moved(void)
{
    struct handle_facts facts;
    handle frame;
    handle theirs;
    struct reply reply;

    require_success(frame_allocate(&frame));
    require_success(give(frame, 1, &theirs));
    expect_error(system_call_inspect(frame, &facts), ERROR_BAD_HANDLE);
    expect_error(frame_drop(frame), ERROR_BAD_HANDLE);
    reply = ask(PEER_INFO, theirs, 0, 0);
    expect_equal(reply.words[1], 1);
    expect_equal(reply.words[2], KIND_UNTYPED);
    reply = ask(PEER_DROP, theirs, 1, 0);
    expect_success(answer(reply));
    expect_equal(reply.words[0], 1);
}

/* There and back: contents stay, and the handle that comes back is a new one. */
static void returned(void)
{
    struct endpoint_message message = {.label = PEER_RETURN};
    handle frame;
    handle theirs;
    uint64_t *page;

    require_success(allocate_mapped(&frame, &page));
    page[0] = 4711;
    expect_success(frame_unmap(frame));
    require_success(give(frame, 1, &theirs));
    message.words[0] = theirs;
    message.words[1] = 1;
    require_success(endpoint_call(start_handle("peer"), &message, 1));
    require(message.count == 1);
    expect(message.first != frame);
    require_success(frame_map_anywhere(message.first, RIGHTS_USE, (void **)&page));
    expect_equal(page[0], 4711);
    expect_success(frame_drop(message.first));
}

static void run_moved(void)
{
    uint64_t entries = peer_entries();
    struct frame_facts facts[8];
    handle first;
    handle theirs;

    require_success(frame_allocate_run(8, &first));
    for (uint32_t i = 0; i < 8; i++) {
        expect_success(frame_info(handle_of_run(first, i), &facts[i]));
    }
    require_success(give(first, 8, &theirs));
    for (uint32_t i = 0; i < 8; i++) {
        expect_equal(ask(PEER_INFO, handle_of_run(theirs, i), 0, 0).words[0], facts[i].address);
    }
    expect_equal(peer_entries(), entries + 8);
    expect_equal(ask(PEER_DROP, theirs, 8, 0).words[0], 8);
}

/* A refused move leaves everything where it was. */
static void refused_moves(void)
{
    uint64_t entries = peer_entries();
    struct handle_facts facts;
    handle first;
    handle fixed;
    handle theirs;
    void *page;

    require_success(frame_allocate_run(9, &first));
    expect_error(give(first, 9, &theirs), ERROR_NO_ROOM);
    expect_error(give(first, MOVE_HANDLES_MAX, &theirs), ERROR_NO_ROOM);
    expect_error(give(first, MOVE_HANDLES_MAX + 1, &theirs), ERROR_BAD_COUNT);
    require_success(frame_map_anywhere(handle_of_run(first, 3), RIGHTS_USE, &page));
    expect_error(give(first, 4, &theirs), ERROR_MAPPED);
    require_success(frame_clone(first, RIGHT_READ | RIGHT_MAP, &fixed));
    expect_error(give(fixed, 1, &theirs), ERROR_MISSING_RIGHT);
    for (uint32_t i = 0; i < 9; i++) {
        expect_success(system_call_inspect(handle_of_run(first, i), &facts));
    }
    expect_equal(peer_entries(), entries);
    expect_success(frame_drop(fixed));
    expect_success(frame_drop_run(first, 9, NULL));
}

/* What a reply may not move stays with the replier, who is told why; its caller still waits, for another reply. */
static void refused_replies(void)
{
    uint64_t entries = peer_entries();
    struct endpoint_message message;
    handle first;
    handle theirs;
    handle copy;

    require_success(frame_allocate_run(2, &first));
    require_success(give(first, 2, &theirs));
    struct reply reply = ask(PEER_CLONE, theirs, RIGHT_READ, 0);
    require_success(answer(reply));
    copy = reply.words[0];
    require_success(answer(ask(PEER_MAP, handle_of_run(theirs, 1), RIGHT_READ, 0)));
    const struct {
        handle first;
        uint32_t count;
        uint32_t room;
        enum error error;
    } cases[] = {
        {theirs, 1, 0, ERROR_NOT_WANTED},
        {theirs, 2, 1, ERROR_BAD_COUNT},
        {theirs, 2, 2, ERROR_MAPPED},
        {copy, 1, 1, ERROR_MISSING_RIGHT},
        {theirs + (UINT64_C(1) << 32), 1, 1, ERROR_STALE_HANDLE},
        {UINT64_MAX, 1, 1, ERROR_BAD_HANDLE},
    };
    for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        message = (struct endpoint_message){.label = PEER_RETURN, .words = {cases[i].first, cases[i].count}};
        expect_success(endpoint_call(start_handle("peer"), &message, cases[i].room));
        expect_error(message.label, cases[i].error);
        expect_equal(message.count, 0);
        expect_equal(ask(PEER_INFO, theirs, 0, 0).words[1], 2);
        expect_equal(ask(PEER_INFO, handle_of_run(theirs, 1), 0, 0).words[1], 1);
    }
    expect_success(answer(ask(PEER_DROP, copy, 1, 0)));
    expect_success(answer(ask(PEER_DROP, theirs, 2, 0)));
    expect_equal(peer_entries(), entries);
}

/* A receiver that named entries in use as its room has none. */
static void occupied_room(void)
{
    handle frame;
    handle theirs;

    require_success(frame_allocate(&frame));
    struct snapshot before = snapshot(frame);
    expect_success(answer(call_5(start_handle("peer"), PEER_PLANT, ACTION_NONE, 0, 0, 1, HANDLE_INDEX_FRAME_SERVER)));
    expect_error(give(frame, 1, &theirs), ERROR_NO_ROOM);
    expect_unchanged(frame, &before);
    expect_success(answer(ask(PEER_NOTHING, 0, 0, 0)));
    expect_success(frame_drop(frame));
}

/* Nobody can send more handles than a message moves, so nobody waits for more. */
static void too_much_room(void)
{
    uint32_t entries = own_entries_used();
    struct endpoint_message message = {.label = PEER_NOTHING};
    handle endpoint;

    expect_error(endpoint_call(start_handle("peer"), &message, MOVE_HANDLES_MAX + 1), ERROR_BAD_COUNT);
    expect_equal(message.label, PEER_NOTHING);
    require_success(endpoint_make(&endpoint));
    expect_error(endpoint_receive(endpoint, &message, MOVE_HANDLES_MAX + 1), ERROR_BAD_COUNT);
    message.count = MOVE_HANDLES_MAX + 1;
    expect_error(endpoint_reply_receive(endpoint, &message, 0), ERROR_BAD_COUNT);
    expect_success(frame_drop(endpoint));
    expect_equal(own_entries_used(), entries);
}

/* Handles are lent to, and dropped with, the frame server only. */
static void bad_modes(void)
{
    handle frame;

    require_success(frame_allocate(&frame));
    for (uint32_t mode = 0; mode < 16; mode++) {
        struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, mode, 1, 0),
                                  .rdi = start_handle("peer"),
                                  .rsi = PEER_NOTHING,
                                  .r13 = frame};

        if (mode != MODE_NONE && mode != MODE_MOVE) {
            system_call_call(&message);
            expect_error(rax_status(message.rax), ERROR_BAD_MODE);
        }
    }
    expect_success(frame_drop(frame));
}

static const struct tap_test tests[] = {
    {"words_go_both_ways", words_go_both_ways},
    {"shared_page", shared_page},
    {"read_only_share", read_only_share},
    {"moved", moved},
    {"returned", returned},
    {"run_moved", run_moved},
    {"refused_moves", refused_moves},
    {"refused_replies", refused_replies},
    {"occupied_room", occupied_room},
    {"too_much_room", too_much_room},
    {"bad_modes", bad_modes},
};

const struct tap_group share_tests = TAP_GROUP("share", tests);
