/* Tasks stopped in each state, and started again: they go on as if nothing had been. */
#include "tests/tasks/life/life.h"

#define TURNS 20

static void stop_running(void)
{
    handle task;
    handle page_handle;
    handle share;
    handle bell;
    volatile uint64_t *counter;

    require_success(frame_allocate(&page_handle));
    require_success(frame_map_anywhere(page_handle, RIGHT_READ, (void **)&counter));
    require_success(frame_clone(page_handle, RIGHT_READ | RIGHT_WRITE | RIGHT_MAP | RIGHT_MOVE, &share));
    require_success(bell_make(1, &bell));
    const struct task_gift gifts[] = {{"counter", share}, {"bell", bell}};
    require_success(child_start_with("job=spin", gifts, 2, &task));
    require(bells_wait(1, task));
    for (uint64_t round = 0; round < 3; round++) {
        uint64_t before = *counter;

        for (int turn = 0; turn < TURNS && *counter == before; turn++) {
            system_call_yield();
        }
        expect(*counter > before);
        require_success(system_call_stop(task));
        expect_success(system_call_stop(task)); /* stopped already: no error */
        expect_state(task, TASK_STOPPED);
        before = *counter;
        for (int turn = 0; turn < TURNS; turn++) {
            system_call_yield();
        }
        expect_equal(*counter, before);
        require_success(system_call_start(task, 0, 0));
        expect_error(system_call_start(task, 0, 0), ERROR_RUNNING);
    }
    child_kill(task);
    require_success(frame_drop(page_handle));
}

/* Out of the queue, and into it again: the call comes once, behind one that came meanwhile. */
static void stop_calling(void)
{
    handle first;
    handle second;
    handle desk;
    handle copies[2];
    struct endpoint_message message;

    require_success(desk_make(&desk, RIGHT_CALL | RIGHT_MOVE, 1, &copies[0]));
    require_success(endpoint_clone(desk, RIGHT_CALL | RIGHT_MOVE, 2, &copies[1]));
    require_success(child_start_with("job=call word=10", &(struct task_gift){"desk", copies[0]}, 1, &first));
    require(child_reaches(first, TASK_CALLING));
    require_success(system_call_stop(first));
    expect_state(first, TASK_STOPPED);
    require_success(child_start_with("job=call word=20", &(struct task_gift){"desk", copies[1]}, 1, &second));
    require(child_reaches(second, TASK_CALLING));
    require_success(system_call_start(first, 0, 0));
    require(child_reaches(first, TASK_CALLING));
    require_success(endpoint_receive(desk, &message, 0));
    expect_equal(message.badge, 2);
    expect_equal(message.words[0], 20);
    require_success(endpoint_reply_receive(desk, &message, 0));
    expect_equal(message.badge, 1);
    expect_equal(message.words[0], 10);
    message.label = 11;
    expect_success(endpoint_reply_receive(bells, &message, 0)); /* the end of one of them */
    child_ends(first, TASK_END_EXITED, CALL_ANSWERED + 11);
    child_ends(second, TASK_END_EXITED, CALL_ANSWERED + 20);
    require_success(frame_drop(desk));
}

/* With a handle in its call: it stays the caller's meanwhile. */
static void stop_calling_with_handle(void)
{
    handle task;
    handle desk;
    handle copy;
    handle frame;
    struct endpoint_message message;

    require_success(frame_allocate(&frame));
    require_success(desk_make(&desk, RIGHT_CALL | RIGHT_MOVE, 1, &copy));
    const struct task_gift gifts[] = {{"desk", copy}, {"gift", frame}};
    require_success(child_start_with("job=call", gifts, 2, &task));
    require(child_reaches(task, TASK_CALLING));
    require_success(system_call_stop(task));
    require_success(system_call_start(task, 0, 0));
    require_success(endpoint_receive(desk, &message, 1));
    expect_equal(message.count, 1);
    require_success(frame_drop(message.first));
    message = (struct endpoint_message){.label = 0};
    expect_success(endpoint_reply_receive(bells, &message, 0));
    child_ends(task, TASK_END_EXITED, CALL_ANSWERED);
    require_success(frame_drop(desk));
}

/* While its call is being served: the answer comes, and is there when it goes on. */
static void stop_awaiting(void)
{
    handle task;
    handle desk;
    handle copy;
    struct endpoint_message message;

    require_success(desk_make(&desk, RIGHT_CALL | RIGHT_MOVE, 1, &copy));
    require_success(child_start_with("job=call", &(struct task_gift){"desk", copy}, 1, &task));
    require_success(endpoint_receive(desk, &message, 0));
    require_success(system_call_stop(task));
    require_success(system_call_start(task, 0, 0)); /* and taken back */
    require_success(system_call_stop(task));
    message = (struct endpoint_message){.label = 33};
    handle bell;
    require_success(bell_make(1, &bell));
    require_success(system_call_notify(bell));
    expect_success(endpoint_reply_receive(bells, &message, 0)); /* the answer; something to receive is there */
    expect_equal(message.notification & 1, 1);
    for (int turn = 0; turn < TURNS; turn++) {
        system_call_yield();
    }
    expect_state(task, TASK_STOPPED);
    require_success(system_call_start(task, 0, 0));
    child_ends(task, TASK_END_EXITED, CALL_ANSWERED + 33);
    require_success(frame_drop(bell));
    require_success(frame_drop(desk));
}

static void stop_receiving(void)
{
    handle task;
    handle caller;
    handle desk;
    handle here;
    handle copy;
    struct endpoint_message message = {.label = 1};

    require_success(desk_make(&desk, RIGHT_RECEIVE | RIGHT_MOVE, 0, &here));
    require_success(endpoint_clone(desk, RIGHT_CALL | RIGHT_MOVE, 0, &copy));
    require_success(child_start_with("job=receive", &(struct task_gift){"here", here}, 1, &task));
    require(child_reaches(task, TASK_RECEIVING));
    require_success(endpoint_call(desk, &message, 0)); /* so that it receives by a reply from now on */
    expect_equal(message.label, 2);
    require_success(system_call_stop(task));
    require_success(child_start_with("job=call word=5", &(struct task_gift){"desk", copy}, 1, &caller));
    require(child_reaches(caller, TASK_CALLING));
    for (int turn = 0; turn < TURNS; turn++) {
        system_call_yield();
    }
    expect_state(caller, TASK_CALLING);
    require_success(system_call_start(task, 0, 0));
    child_ends(caller, TASK_END_EXITED, CALL_ANSWERED + 6);
    child_kill(task);
    require_success(frame_drop(desk));
}

/* Bits that come while the receiver is stopped wait for it. */
static void stop_notified(void)
{
    handle task;
    handle desk;
    handle here;

    require_success(desk_make(&desk, RIGHT_RECEIVE | RIGHT_MOVE, 0, &here));
    require_success(system_call_badge(desk, 6));
    require_success(child_start_with("job=collect bits=6", &(struct task_gift){"here", here}, 1, &task));
    require(child_reaches(task, TASK_RECEIVING));
    require_success(system_call_stop(task));
    require_success(system_call_notify(desk));
    expect_state(task, TASK_STOPPED);
    require_success(system_call_start(task, 0, 0));
    child_ends(task, TASK_END_EXITED, 1);
    require_success(frame_drop(desk));
}

/* Started somewhere else: what it was doing is over. */
static void start_elsewhere(void)
{
    handle task;
    struct task_facts facts;

    require_success(child_start("job=yield", &task));
    system_call_yield();
    require_success(system_call_stop(task));
    expect_error(system_call_start(task, USER_END, STACK_TOP), ERROR_BAD_ADDRESS);
    expect_error(system_call_start(task, UINT64_C(1) << 47, STACK_TOP), ERROR_BAD_ADDRESS);
    expect_error(system_call_start(task, UINT64_MAX, STACK_TOP), ERROR_BAD_ADDRESS);
    expect_error(system_call_start(task, 0x400000, UINT64_C(1) << 63), ERROR_BAD_ADDRESS);
    expect_state(task, TASK_STOPPED);
    require_success(system_call_start(task, 0x5000, STACK_TOP));
    require_success(task_wait(task, bells, NULL, &facts));
    expect_equal(facts.end, TASK_END_FAULTED);
    expect_equal(facts.address, 0x5000);
    require_success(frame_drop(task));
}

/* It stops itself, by a handle of its own, in the midst of a call: that goes on when it does. */
static void stop_itself(void)
{
    struct server server;
    handle self;
    handle theirs;
    handle copy;
    handle caller;

    require_success(server_start(&server));
    require_success(frame_clone(server.task, RIGHT_OWNER | RIGHT_MOVE, &self));
    require_success(server_give(&server, self, &theirs));
    require_success(endpoint_clone(server.desk, RIGHT_CALL | RIGHT_MOVE, 0, &copy));
    require_success(child_start_with("job=call word=23", &(struct task_gift){"desk", copy}, 1, &caller));
    require(child_reaches(server.task, TASK_STOPPED));
    expect_state(caller, TASK_AWAITING);
    require_success(system_call_start(server.task, 0, 0));
    child_ends(caller, TASK_END_EXITED, CALL_ANSWERED + ERROR_NONE);
    server_kill(&server);
}
_Static_assert(SERVE_STOP == 23, "the word of the caller");

static const struct tap_test tests[] = {
    {"running", stop_running},
    {"calling", stop_calling},
    {"calling_with_handle", stop_calling_with_handle},
    {"awaiting", stop_awaiting},
    {"receiving", stop_receiving},
    {"notified", stop_notified},
    {"start_elsewhere", start_elsewhere},
    {"itself", stop_itself},
};

const struct tap_group stop_tests = TAP_GROUP("stop", tests);
