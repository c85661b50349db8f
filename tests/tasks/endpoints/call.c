/* Calls that carry words. */
#include "tests/tasks/endpoints/endpoints.h"

static void words_both_ways(void)
{
    struct server server;
    struct endpoint_message message = {.label = SERVE_NOTHING, .words = {1, UINT64_MAX, 3, 1 << 20, 5}};

    require_success(server_start(&server));
    require_success(endpoint_call(server.desk, &message, 0));
    expect_equal(message.label, ERROR_NONE);
    expect_equal(message.words[0], 1);
    expect_equal(message.words[1], UINT64_MAX);
    expect_equal(message.words[2], 3);
    expect_equal(message.words[3], 1 << 20);
    expect_equal(message.words[4], 5);
    expect_equal(message.count, 0);
    expect_equal(message.badge, 0); /* a reply has none */
    server_kill(&server);
}

static void what_is_no_endpoint(void)
{
    struct endpoint_message message = {0};
    handle frame;
    handle desk;

    expect_error(endpoint_call(0, &message, 0), ERROR_BAD_HANDLE);
    expect_error(endpoint_receive(0, &message, 0), ERROR_BAD_HANDLE);
    require_success(frame_allocate(&frame));
    expect_error(endpoint_call(frame, &message, 0), ERROR_WRONG_KIND);
    expect_error(endpoint_receive(frame, &message, 0), ERROR_WRONG_KIND);
    require_success(frame_drop(frame));
    require_success(endpoint_make(&desk));
    handle stale = handle_make(handle_index(desk), handle_generation(desk) + 1);
    expect_error(endpoint_call(stale, &message, 0), ERROR_STALE_HANDLE);
    expect_error(endpoint_receive(stale, &message, 0), ERROR_STALE_HANDLE);
    expect_error(endpoint_receive(frame_server(), &message, 0), ERROR_MISSING_RIGHT);
    require_success(frame_drop(desk));
}

/* Modes and actions that are the frame server's. */
static void frame_servers_ways(void)
{
    static const enum mode modes[] = {MODE_BORROW, MODE_DROP, MODE_ATTACH};
    struct server server;
    handle frame;

    require_success(server_start(&server));
    require_success(frame_allocate(&frame));
    for (size_t k = 0; k < sizeof(modes) / sizeof(modes[0]); k++) {
        struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, modes[k], 1, 0),
                                  .rdi = server.desk,
                                  .rsi = SERVE_NOTHING,
                                  .r13 = frame,
                                  .r14 = modes[k] == MODE_ATTACH ? bells : 0};

        system_call_call(&message);
        expect_error(rax_status(message.rax), ERROR_BAD_MODE);
    }
    for (uint32_t mode = MODE_ATTACH + 1; mode < 16; mode++) {
        struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, mode, 1, 0), .rdi = server.desk};

        system_call_call(&message);
        expect_error(rax_status(message.rax), ERROR_BAD_MODE);
    }
    expect_success(server_ask(&server, SERVE_NOTHING, 0, 0, NULL));
    require_success(frame_drop(frame));
    server_kill(&server);
}

/* Two that want to receive at one endpoint: the second is told. */
static void one_receiver(void)
{
    struct server server;
    handle here;
    handle desk;
    handle second;
    handle copy;

    require_success(desk_make(&desk, RIGHTS_RECEIVER, 0, &here));
    require_success(child_start_with("job=receive", &(struct task_gift){"here", here}, 1, &server.task));
    require(child_reaches(server.task, TASK_RECEIVING));
    require_success(frame_clone(desk, RIGHTS_RECEIVER, &copy));
    require_success(child_start_with("job=receive", &(struct task_gift){"here", copy}, 1, &second));
    child_ends(second, TASK_END_EXITED, ERROR_OCCUPIED);
    child_kill(server.task);
    require_success(frame_drop(desk));
}

/* Servers of one another in a row: a call goes through five of them. */
static void through_many(void)
{
    struct server servers[5];
    handle theirs[5] = {0};
    uint64_t words[MESSAGE_WORDS];

    for (uint32_t k = 0; k < 5; k++) {
        require_success(server_start(&servers[k]));
        if (k > 0) { /* knows the one before */
            handle copy;

            require_success(frame_clone(servers[k - 1].desk, RIGHTS_CALLER, &copy));
            require_success(server_give(&servers[k], copy, &theirs[k]));
        }
    }
    for (uint32_t k = 1; k < 5; k++) {
        require_success(server_ask(&servers[k], SERVE_CALL, theirs[k], SERVE_NOTHING, words));
        expect_equal(words[0], ERROR_NONE);
    }
    for (uint32_t k = 0; k < 5; k++) {
        server_kill(&servers[k]);
    }
}

static const struct tap_test tests[] = {
    {"words_both_ways", words_both_ways},
    {"what_is_no_endpoint", what_is_no_endpoint},
    {"frame_servers_ways", frame_servers_ways},
    {"one_receiver", one_receiver},
    {"through_many", through_many},
};

const struct tap_group call_tests = TAP_GROUP("call", tests);
