/* Endpoints made, cloned, badged, narrowed, moved. */
#include "tests/tasks/endpoints/endpoints.h"

static struct handle_facts inspect(handle value)
{
    struct handle_facts facts = {0};

    expect_success(system_call_inspect(value, &facts));
    return facts;
}

static void made(void)
{
    handle endpoint;
    void *page;

    require_success(endpoint_make(&endpoint));
    expect_equal(inspect(endpoint).kind, KIND_ENDPOINT);
    expect_equal(inspect(endpoint).rights, RIGHTS_ENDPOINT);
    expect_error(frame_map_anywhere(endpoint, RIGHT_READ, &page), ERROR_WRONG_KIND);
    expect_error(frame_repurpose(endpoint, KIND_UNTYPED), ERROR_WRONG_KIND);
    expect_error(frame_unique(endpoint), ERROR_WRONG_KIND);
    require_success(frame_drop(endpoint));
}

/* What is shared can't be made an endpoint, nor what is mapped. */
static void not_made(void)
{
    handle frame;
    handle copy;
    void *page;

    require_success(frame_allocate(&frame));
    require_success(frame_clone(frame, RIGHT_READ, &copy));
    expect_error(frame_repurpose(frame, KIND_ENDPOINT), ERROR_SHARED);
    expect_error(frame_repurpose(copy, KIND_ENDPOINT), ERROR_MISSING_RIGHT);
    require_success(frame_drop(copy));
    require_success(frame_map_anywhere(frame, RIGHT_READ, &page));
    expect_error(frame_repurpose(frame, KIND_ENDPOINT), ERROR_MAPPED);
    require_success(frame_drop(frame));
}

static void cloned(void)
{
    handle endpoint;
    handle copy;
    handle other;

    require_success(endpoint_make(&endpoint));
    require_success(frame_clone(endpoint, RIGHT_CALL | RIGHT_CLONE, &copy));
    expect_equal(inspect(copy).rights, RIGHT_CALL | RIGHT_CLONE);
    expect_error(frame_clone(copy, RIGHT_CALL | RIGHT_NOTIFY, &other), ERROR_BAD_RIGHTS);
    expect_error(frame_clone(copy, RIGHTS_ENDPOINT, &other), ERROR_BAD_RIGHTS);
    require_success(frame_clone(copy, RIGHT_CALL, &other));
    expect_error(frame_clone(other, RIGHT_CALL, &copy), ERROR_MISSING_RIGHT);
    require_success(frame_drop(other));
    require_success(frame_drop(copy));
    require_success(frame_drop(endpoint));
}

/* Only owners change a badge; a clone starts with that of its original. */
static void badged(void)
{
    handle desk;
    handle copy;
    handle tasks[2];
    struct endpoint_message message;

    require_success(endpoint_make(&desk));
    require_success(system_call_badge(desk, 77));
    require_success(frame_clone(desk, RIGHTS_CALLER, &copy));
    expect_error(system_call_badge(copy, 78), ERROR_MISSING_RIGHT);
    require_success(child_start_with("job=call", &(struct task_gift){"desk", copy}, 1, &tasks[0]));
    require_success(system_call_badge(desk, 79));
    require_success(frame_clone(desk, RIGHTS_CALLER, &copy));
    require_success(child_start_with("job=call", &(struct task_gift){"desk", copy}, 1, &tasks[1]));
    require_success(endpoint_receive(desk, &message, 0)); /* of the two, who comes first is not told */
    uint64_t first = message.badge;
    expect(first == 77 || first == 79);
    require_success(endpoint_reply_receive(desk, &message, 0));
    expect_equal(message.badge, 77 + 79 - first);
    answer(&message);
    child_ends(tasks[0], TASK_END_EXITED, CALL_ANSWERED);
    child_ends(tasks[1], TASK_END_EXITED, CALL_ANSWERED);
    require_success(frame_drop(desk));

    handle frame;
    require_success(frame_allocate(&frame));
    expect_error(system_call_badge(frame, 1), ERROR_WRONG_KIND);
    require_success(frame_drop(frame));
    expect_error(system_call_badge(frame, 1), ERROR_BAD_HANDLE);
    expect_error(system_call_badge(frame_server(), 1), ERROR_MISSING_RIGHT); /* nobody forges an account */
}

/* Rights go and come back never. */
static void narrowed(void)
{
    handle endpoint;
    handle frame;
    void *page;
    struct endpoint_message message = {0};
    uint32_t missing;

    require_success(endpoint_make(&endpoint));
    expect_error(system_call_narrow(endpoint, 0), ERROR_BAD_RIGHTS);
    expect_error(system_call_narrow(endpoint, RIGHTS_ENDPOINT | RIGHT_READ), ERROR_BAD_RIGHTS);
    expect_error(system_call_narrow(endpoint, UINT32_MAX), ERROR_BAD_RIGHTS);
    expect_success(system_call_narrow(endpoint, RIGHTS_ENDPOINT));
    require_success(system_call_narrow(endpoint, RIGHT_RECEIVE | RIGHT_NOTIFY));
    expect_error(endpoint_call(endpoint, &message, 0), ERROR_MISSING_RIGHT);
    expect_error(system_call_badge(endpoint, 1), ERROR_MISSING_RIGHT);
    expect_error(system_call_narrow(endpoint, RIGHT_CALL), ERROR_BAD_RIGHTS);
    require_success(system_call_narrow(endpoint, RIGHT_NOTIFY));
    expect_error(endpoint_receive(endpoint, &message, 0), ERROR_MISSING_RIGHT);
    require_success(frame_drop(endpoint));
    expect_error(system_call_narrow(endpoint, RIGHT_NOTIFY), ERROR_BAD_HANDLE);

    require_success(frame_allocate(&frame));
    require_success(frame_map_anywhere(frame, RIGHT_READ, &page));
    expect_error(system_call_narrow(frame, RIGHT_READ | RIGHT_MAP), ERROR_MAPPED);
    require_success(frame_unmap(frame));
    require_success(system_call_narrow(frame, RIGHT_READ | RIGHT_MAP));
    expect_error(frame_map_anywhere(frame, RIGHT_READ | RIGHT_WRITE, &page), ERROR_BAD_RIGHTS);
    require_success(frame_map_anywhere(frame, RIGHT_READ, &page));
    require_success(frame_drop(frame));

    require_success(object_make(KIND_PAGE_TABLE, &frame));
    require_success(system_call_install(frame, UINT64_C(0x300000000000), 3, &missing));
    expect_error(system_call_narrow(frame, RIGHT_MOVE), ERROR_INSTALLED);
    require_success(system_call_uninstall(frame));
    require_success(frame_drop(frame));
}

/* A handle moves with badge and rights, through two tasks and back. */
static void moved(void)
{
    struct server server;
    handle desk;
    handle copy;
    handle theirs;
    uint64_t words[MESSAGE_WORDS];
    struct endpoint_message message = {.label = SERVE_GIVE_BACK};

    require_success(server_start(&server));
    require_success(desk_make(&desk, RIGHT_CALL | RIGHT_MOVE, 123, &copy));
    require_success(server_give(&server, copy, &theirs));
    require_success(server_ask(&server, SERVE_INSPECT, theirs, 0, words));
    expect_equal(words[0], RIGHT_CALL | RIGHT_MOVE);
    expect_equal(words[1], KIND_ENDPOINT);
    message.words[0] = theirs;
    message.words[1] = 1;
    require_success(endpoint_call(server.desk, &message, 1));
    require(expect_equal(message.count, 1));
    copy = message.first;
    expect_equal(inspect(copy).rights, RIGHT_CALL | RIGHT_MOVE);
    handle task;
    require_success(child_start_with("job=call", &(struct task_gift){"desk", copy}, 1, &task));
    require_success(endpoint_receive(desk, &message, 0));
    expect_equal(message.badge, 123);
    answer(&message);
    child_ends(task, TASK_END_EXITED, CALL_ANSWERED);
    server_kill(&server);
    require_success(frame_drop(desk));
}

static const struct tap_test tests[] = {
    {"made", made},     {"not_made", not_made}, {"cloned", cloned},
    {"badged", badged}, {"narrowed", narrowed}, {"moved", moved},
};

const struct tap_group make_tests = TAP_GROUP("make", tests);
