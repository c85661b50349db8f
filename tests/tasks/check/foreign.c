/* Lists and frames of others: what another task's account pays for. */
#include "tests/tasks/check/lists.h"

/* A list of this task's with a second handle that the helper holds; *theirs is that one. */
static enum error shared_list(uint32_t rights, handle *list, handle *theirs)
{
    handle share;
    enum error error = list_create(list);

    if (error == ERROR_NONE) {
        error = frame_clone(*list, rights | RIGHT_MOVE, &share);
    }
    return error != ERROR_NONE ? error : give(share, 1, theirs);
}

/* The helper puts a frame of its own at the back; *address is where it lies. */
static enum error their_push(handle theirs, uint64_t *address)
{
    struct reply reply = ask(PEER_ALLOCATE, ALLOC_UNIQUE, 0, 0);
    handle frame = reply.words[0];

    if (answer(reply) != ERROR_NONE) {
        return answer(reply);
    }
    *address = ask(PEER_INFO, frame, 0, 0).words[0];
    return answer(ask(PEER_LIST_PUSH, theirs, frame, 0));
}

/* Who shares a list takes out what it put in; the other's frames stay in their places. */
static void each_takes_its_own(void)
{
    uint64_t entries = ask(PEER_STOCK, 0, 0, 0).words[0];
    uint64_t addresses[3];
    struct frame_facts facts;
    struct list_cursor cursor;
    handle list;
    handle theirs;
    handle frame;

    require_success(shared_list(RIGHT_READ | RIGHT_WRITE, &list, &theirs));
    require_success(list_fill(list, 0, 1, &addresses[0]));
    require_success(their_push(theirs, &addresses[1]));
    require_success(list_fill(list, 2, 1, &addresses[2]));
    expect_order(list, addresses, 3);
    expect_success(frame_info_at(addresses[1], &facts));
    expect(facts.payer != start_page()->account);
    /* Not out of the middle, */
    cursor = (struct list_cursor){.list = list, .address = addresses[1]};
    expect_error(list_cursor_take(&cursor, &frame), ERROR_NOT_WANTED);
    expect_equal(cursor.address, addresses[1]);
    expect_order(list, addresses, 3);
    expect_error(answer(ask(PEER_LIST_TAKE, theirs, addresses[0], 0)), ERROR_NOT_WANTED);
    expect_error(answer(ask(PEER_LIST_TAKE, theirs, addresses[2], 0)), ERROR_NOT_WANTED);
    expect_error(answer(ask(PEER_LIST_POP, theirs, 0, 0)), ERROR_NOT_WANTED);
    expect_order(list, addresses, 3);
    /* nor as the first, nor as the last. */
    require_success(list_pop_front(list, &frame));
    expect_success(frame_drop(frame));
    expect_error(list_pop_front(list, &frame), ERROR_NOT_WANTED);
    expect_order(list, addresses + 1, 2);
    require_success(list_pop_back(list, &frame));
    expect_success(frame_drop(frame));
    expect_error(list_pop_back(list, &frame), ERROR_NOT_WANTED);
    expect_order(list, addresses + 1, 1);
    struct reply reply = ask(PEER_LIST_POP, theirs, 0, 0);
    expect_success(answer(reply));
    expect_equal(ask(PEER_INFO, reply.words[0], 0, 0).words[0], addresses[1]);
    expect_equal(ask(PEER_INFO, reply.words[0], 0, 0).words[1], REF_COUNT_UNIQUE);
    expect_success(answer(ask(PEER_DROP, reply.words[0], 1, 0)));
    expect_success(answer(ask(PEER_DROP, theirs, 1, 0)));
    expect_order(list, NULL, 0);
    expect_success(frame_drop(list));
    expect_equal(ask(PEER_STOCK, 0, 0, 0).words[0], entries);
}

/* The words of every member are there for all who may read or write the list, whoever pays. */
static void metadata_of_others(void)
{
    const uint64_t metadata[LIST_METADATA_WORDS] = {5, 6, 7};
    struct list_cursor cursor;
    uint64_t address = 0;
    handle list;
    handle theirs;

    require_success(shared_list(RIGHT_READ | RIGHT_WRITE, &list, &theirs));
    require_success(their_push(theirs, &address));
    cursor = (struct list_cursor){.list = list, .address = address};
    expect_success(list_cursor_write(&cursor, metadata));
    struct reply reply = ask(PEER_LIST_LOOK, theirs, address, 0);
    expect_success(answer(reply));
    expect_equal(reply.words[0], address);
    expect_equal(reply.words[1], 1);
    expect_equal(reply.words[2], 5);
    expect_equal(reply.words[4], 7);
    expect_success(answer(ask(PEER_LIST_WRITE, theirs, address, 8)));
    struct list_member member = {0};
    expect_success(list_cursor_look(&cursor, &member));
    expect_equal(member.metadata[1], 8);
    expect_success(answer(ask(PEER_DROP, theirs, 1, 0)));
    expect_success(frame_drop(list));
    expect_equal(state_at(address), REF_COUNT_UNUSED);
}

/* A handle to a list that can only be read lets the helper look. */
static void read_only_for_others(void)
{
    uint64_t addresses[2];
    handle list;
    handle theirs;
    handle frame;

    require_success(shared_list(RIGHT_READ, &list, &theirs));
    require_success(list_fill(list, 0, 2, addresses));
    struct reply reply = ask(PEER_ALLOCATE, ALLOC_UNIQUE, 0, 0);
    require_success(answer(reply));
    frame = reply.words[0];
    expect_error(answer(ask(PEER_LIST_PUSH, theirs, frame, 0)), ERROR_MISSING_RIGHT);
    expect_equal(ask(PEER_INFO, frame, 0, 0).words[1], REF_COUNT_UNIQUE);
    expect_error(answer(ask(PEER_LIST_POP, theirs, 0, 0)), ERROR_MISSING_RIGHT);
    expect_error(answer(ask(PEER_LIST_TAKE, theirs, addresses[0], 0)), ERROR_MISSING_RIGHT);
    expect_error(answer(ask(PEER_LIST_WRITE, theirs, addresses[0], 1)), ERROR_MISSING_RIGHT);
    expect_error(answer(ask(PEER_LIST_CLEAR, theirs, 0, 0)), ERROR_MISSING_RIGHT);
    expect_success(answer(ask(PEER_LIST_LOOK, theirs, addresses[1], 0)));
    expect_order(list, addresses, 2);
    expect_success(answer(ask(PEER_DROP, frame, 1, 0)));
    expect_success(answer(ask(PEER_DROP, theirs, 1, 0)));
    expect_success(frame_drop(list));
}

/* Handles are numbers of one task's table: in another's they name something else, or nothing. */
static void handles_of_others(void)
{
    uint64_t address = 0;
    handle list;
    handle frame;

    require_success(list_create(&list));
    require_success(list_fill(list, 0, 1, &address));
    struct reply reply = ask(PEER_ALLOCATE, ALLOC_UNIQUE, 0, 0);
    require_success(answer(reply));
    expect(answer(ask(PEER_LIST_PUSH, list, reply.words[0], 0)) != ERROR_NONE);
    expect(answer(ask(PEER_LIST_POP, list, 0, 0)) != ERROR_NONE);
    expect_equal(ask(PEER_INFO, reply.words[0], 0, 0).words[1], REF_COUNT_UNIQUE);
    expect_success(answer(ask(PEER_DROP, reply.words[0], 1, 0)));
    expect_order(list, &address, 1);
    require_success(list_pop_front(list, &frame));
    expect_success(frame_drop(frame));
    expect_success(frame_drop(list));
}

/* A list that was moved to the helper is the helper's: its frames are this task's to pay until it ends. */
static void a_list_moved_away(void)
{
    struct account_statistics before;
    struct account_statistics after;
    uint64_t addresses[3];
    handle list;
    handle theirs;

    require_success(account_statistics(&before));
    require_success(list_create(&list));
    require_success(list_fill(list, 0, 3, addresses));
    require_success(give(list, 1, &theirs));
    expect_success(account_statistics(&after));
    expect_equal(after.used, before.used + 4);
    expect_error(answer(ask(PEER_LIST_POP, theirs, 0, 0)), ERROR_NOT_WANTED);
    struct reply reply = ask(PEER_LIST_CLEAR, theirs, 0, 0);
    expect_success(answer(reply));
    expect_equal(reply.words[0], 3);
    expect_equal(reply.words[1], 0);
    expect_success(account_statistics(&after));
    expect_equal(after.used, before.used + 1);
    expect_success(answer(ask(PEER_DROP, theirs, 1, 0)));
    expect_success(account_statistics(&after));
    expect_equal(after.used, before.used);
}

/* Who ends the list ends the helper's frame in it too, and the helper pays no longer. */
static void ended_with_others_frames(void)
{
    uint64_t address = 0;
    handle list;
    handle theirs;

    require_success(shared_list(RIGHT_READ | RIGHT_WRITE, &list, &theirs));
    require_success(their_push(theirs, &address));
    expect_success(answer(ask(PEER_DROP, theirs, 1, 0)));
    uint64_t dropped = 0;
    uint64_t left = 9;
    expect_success(list_clear_some(list, &dropped, &left));
    expect_equal(dropped, 1);
    expect_equal(left, 0);
    expect_equal(state_at(address), REF_COUNT_UNUSED);
    expect_success(frame_drop(list));
}

/* A frame that came from the helper is put in by this task: then it is this task's to take out, paid by the helper. */
static void a_frame_that_changed_hands(void)
{
    struct endpoint_message message = {.label = PEER_RETURN};
    struct frame_facts facts;
    handle list;
    handle frame;

    struct reply reply = ask(PEER_ALLOCATE, ALLOC_UNIQUE, 0, 0);
    require_success(answer(reply));
    message.words[0] = reply.words[0];
    message.words[1] = 1;
    require_success(endpoint_call(start_handle("peer"), &message, 1));
    require(message.count == 1);
    require_success(list_create(&list));
    expect_success(frame_info(message.first, &facts));
    require_success(list_push_back(list, message.first));
    require_success(list_pop_back(list, &frame));
    expect_equal(address_of(frame), facts.address);
    expect_success(frame_drop(frame));
    expect_success(frame_drop(list));
}

static const struct tap_test tests[] = {
    {"each_takes_its_own", each_takes_its_own},
    {"metadata_of_others", metadata_of_others},
    {"read_only_for_others", read_only_for_others},
    {"handles_of_others", handles_of_others},
    {"a_list_moved_away", a_list_moved_away},
    {"ended_with_others_frames", ended_with_others_frames},
    {"a_frame_that_changed_hands", a_frame_that_changed_hands},
};

const struct tap_group foreign_tests = TAP_GROUP("foreign", tests);
