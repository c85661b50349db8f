/* Handles that go along with calls and replies between clients. */
#include "tests/tasks/endpoints/endpoints.h"

static struct server server;

/* Moves them to the server and back; *first: their new name. */
static bool there_and_back(handle *first, uint32_t count)
{
    struct endpoint_message message = {.label = SERVE_KEEP, .first = *first, .count = count};

    if (!expect_success(endpoint_call(server.desk, &message, 0))) {
        return false;
    }
    message = (struct endpoint_message){.label = SERVE_GIVE_BACK, .words = {message.words[0], count}};
    if (!expect_success(endpoint_call(server.desk, &message, count)) || !expect_equal(message.count, count)) {
        return false;
    }
    *first = message.first;
    return true;
}

static void runs(void)
{
    static const uint32_t counts[] = {1, 2, 31, 63, MOVE_HANDLES_MAX};

    require_success(server_start(&server));
    for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
        uint64_t addresses[MOVE_HANDLES_MAX];
        struct frame_facts facts = {0};
        handle frames;

        require_success(frame_allocate_run(counts[k], &frames));
        for (uint32_t n = 0; n < counts[k]; n++) {
            require_success(frame_info(handle_of_run(frames, n), &facts));
            addresses[n] = facts.address;
        }
        require(there_and_back(&frames, counts[k]));
        for (uint32_t n = 0; n < counts[k]; n++) {
            require_success(frame_info(handle_of_run(frames, n), &facts));
            expect_equal(facts.address, addresses[n]);
            expect_equal(facts.reference_count, 1);
        }
        require_success(frame_drop_run(frames, counts[k], NULL));
    }
    server_kill(&server);
}

/* What the kernel refuses leaves message and handles as they were. */
static void expect_refused(handle first, uint32_t count, enum error expected)
{
    struct endpoint_message message = {.label = SERVE_KEEP, .words = {4}, .first = first, .count = count};
    struct handle_facts facts;

    expect_error(endpoint_call(server.desk, &message, 0), expected);
    expect_equal(message.first, first);
    expect_equal(message.count, count);
    expect_equal(message.words[0], 4);
    if (expected != ERROR_BAD_HANDLE && expected != ERROR_STALE_HANDLE) {
        expect_success(system_call_inspect(first, &facts));
    }
}

static void refusals(void)
{
    handle frames;
    handle weak;
    handle table;
    void *page;
    uint32_t missing;

    require_success(server_start(&server));
    require_success(frame_allocate_run(MOVE_HANDLES_MAX + 1, &frames));
    expect_refused(frames, MOVE_HANDLES_MAX + 1, ERROR_BAD_COUNT);
    require_success(frame_map_anywhere(handle_of_run(frames, 3), RIGHT_READ, &page));
    expect_refused(frames, 4, ERROR_MAPPED);
    expect_refused(handle_of_run(frames, 3), 1, ERROR_MAPPED);
    require_success(frame_unmap(handle_of_run(frames, 3)));
    require_success(system_call_narrow(handle_of_run(frames, 5), RIGHT_READ | RIGHT_MAP));
    expect_refused(frames, 6, ERROR_MISSING_RIGHT);
    expect_refused(frames, MOVE_HANDLES_MAX, ERROR_MISSING_RIGHT);
    expect_refused(handle_make(handle_index(frames), handle_generation(frames) + 1), 1, ERROR_STALE_HANDLE);
    require_success(frame_drop_run(frames, MOVE_HANDLES_MAX + 1, NULL));
    expect_refused(frames, 1, ERROR_BAD_HANDLE);
    require_success(object_make(KIND_PAGE_TABLE, &table));
    require_success(system_call_install(table, UINT64_C(0x300000000000), 3, &missing));
    expect_refused(table, 1, ERROR_INSTALLED);
    require_success(system_call_uninstall(table));
    require_success(frame_drop(table));
    require_success(frame_clone(bells, RIGHT_NOTIFY, &weak));
    expect_refused(weak, 1, ERROR_MISSING_RIGHT);
    require_success(frame_drop(weak));
    server_kill(&server);
}

/* More than the receiver has named room for. */
static void no_room(void)
{
    struct server receiver;
    handle here;
    handle frames;

    require_success(desk_make(&receiver.desk, RIGHTS_RECEIVER, 0, &here));
    require_success(child_start_with("job=receive", &(struct task_gift){"here", here}, 1, &receiver.task));
    require(child_reaches(receiver.task, TASK_RECEIVING));
    require_success(frame_allocate_run(2, &frames));
    struct endpoint_message message = {.first = frames, .count = 1};
    expect_error(endpoint_call(receiver.desk, &message, 0), ERROR_NO_ROOM); /* it has none at all */
    message = (struct endpoint_message){.label = 4};
    expect_success(endpoint_call(receiver.desk, &message, 0)); /* and is there yet */
    expect_equal(message.label, 5);
    require_success(frame_drop_run(frames, 2, NULL));
    child_kill(receiver.task);
    require_success(frame_drop(receiver.desk));
}

/* The same when the caller had to wait first: the room is the receiver's of then. */
static void no_room_queued(void)
{
    handle desk;
    handle copy;
    handle frame;
    handle task;
    handle other;
    struct endpoint_message message;

    require_success(desk_make(&desk, RIGHTS_CALLER, 1, &copy));
    require_success(frame_allocate(&frame));
    const struct task_gift gifts[] = {{"desk", copy}, {"gift", frame}};
    require_success(child_start_with("job=call", gifts, 2, &task));
    require(child_reaches(task, TASK_CALLING));
    require_success(caller_start(desk, "job=call", 2, &other));
    require(child_reaches(other, TASK_CALLING));
    require_success(endpoint_receive(desk, &message, 0));
    expect_equal(message.badge, 2); /* the first one was refused on the way */
    answer(&message);
    child_ends(task, TASK_END_EXITED, ERROR_NO_ROOM);
    child_ends(other, TASK_END_EXITED, CALL_ANSWERED);
    require_success(frame_drop(desk));
}

/* A reply whose handles can't go: the caller waits yet, and gets the next try. */
static void reply_refusals(void)
{
    handle desk;
    handle task;
    handle frame;
    struct endpoint_message message;

    require_success(endpoint_make(&desk));
    require_success(frame_allocate(&frame));
    require_success(caller_start(desk, "job=call", 1, &task)); /* which has no room */
    require_success(endpoint_receive(desk, &message, 0));
    message = (struct endpoint_message){.label = 1, .first = frame, .count = 1};
    expect_error(endpoint_reply_receive(desk, &message, 0), ERROR_NOT_WANTED);
    expect_equal(message.count, 1);
    expect_state(task, TASK_AWAITING);
    message = (struct endpoint_message){.label = 2};
    answer(&message);
    child_ends(task, TASK_END_EXITED, CALL_ANSWERED + 2);
    message = (struct endpoint_message){.label = 1, .first = frame, .count = 1};
    expect_error(endpoint_reply_receive(desk, &message, 0), ERROR_NO_CALLER);
    expect_equal(message.count, 1);
    require_success(frame_drop(frame));
    require_success(frame_drop(desk));
}

/* Handles of every kind that can move. */
static void every_kind(void)
{
    static const enum kind kinds[] = {KIND_UNTYPED,      KIND_PAGE_TABLE, KIND_TASK,  KIND_ENDPOINT,
                                      KIND_HANDLE_TABLE, KIND_LIST,       KIND_RECORD};

    require_success(server_start(&server));
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        struct handle_facts facts = {0};
        handle object;

        if (kinds[k] == KIND_UNTYPED) {
            require_success(frame_allocate(&object));
        } else {
            require_success(object_make(kinds[k], &object));
        }
        require(there_and_back(&object, 1));
        require_success(system_call_inspect(object, &facts));
        expect_equal(facts.kind, kinds[k]);
        require_success(frame_drop(object));
    }
    server_kill(&server);
}

/* One's own handle to the endpoint that the call goes through: it is gone when the answer comes. */
static void its_own_handle(void)
{
    handle copy;
    handle theirs;
    struct handle_facts facts;

    require_success(server_start(&server));
    require_success(frame_clone(server.desk, RIGHTS_CALLER, &copy));
    struct endpoint_message message = {.label = SERVE_KEEP, .first = copy, .count = 1};
    require_success(endpoint_call(copy, &message, 0));
    expect_error(system_call_inspect(copy, &facts), ERROR_BAD_HANDLE);
    theirs = message.words[0];
    expect_success(server_ask(&server, SERVE_INSPECT, theirs, 0, NULL));
    server_kill(&server);
}

static const struct tap_test tests[] = {
    {"runs", runs},
    {"refusals", refusals},
    {"no_room", no_room},
    {"no_room_queued", no_room_queued},
    {"reply_refusals", reply_refusals},
    {"every_kind", every_kind},
    {"its_own_handle", its_own_handle},
};

const struct tap_group carry_tests = TAP_GROUP("carry", tests);
