/* Endpoints where nobody can receive any more: who waits there and who comes later gets NoServer. */
#include "tests/tasks/endpoints/endpoints.h"

/* A caller that waits there, and later ones. */
static bool wait_at(handle desk, handle *task)
{
    return expect_success(caller_start(desk, "job=call", 1, task)) && child_reaches(*task, TASK_CALLING);
}

static void expect_closed(handle task, handle caller)
{
    struct endpoint_message message = {.label = 9, .words = {8}};

    child_ends(task, TASK_END_EXITED, ERROR_NO_SERVER);
    expect_error(endpoint_call(caller, &message, 0), ERROR_NO_SERVER);
    expect_equal(message.label, 9); /* as it was */
    expect_equal(message.words[0], 8);
    expect_error(system_call_notify(caller), ERROR_NO_SERVER);
}

/* A desk and a handle to it that may call and notify. */
static bool make(handle *desk, handle *caller)
{
    return expect_success(
        desk_make(desk, RIGHT_CALL | RIGHT_NOTIFY | RIGHT_CLONE | RIGHT_MOVE | RIGHT_OWNER, 2, caller));
}

static void by_drop(void)
{
    handle desk;
    handle caller;
    handle task;

    require(make(&desk, &caller));
    require(wait_at(caller, &task));
    require_success(frame_drop(desk));
    expect_closed(task, caller);
    require_success(frame_drop(caller));
}

static void by_narrowing(void)
{
    handle desk;
    handle caller;
    handle task;

    require(make(&desk, &caller));
    require(wait_at(caller, &task));
    require_success(system_call_narrow(desk, RIGHTS_ENDPOINT & ~RIGHT_RECEIVE));
    expect_closed(task, caller);
    require_success(frame_drop(desk));
    require_success(frame_drop(caller));
}

/* The last receive handle moves into a task that is stopped, and ends with it. */
static void by_death(void)
{
    handle desk;
    handle caller;
    handle task;
    handle holder;
    handle there;
    handle end;

    require(make(&desk, &caller));
    require(wait_at(caller, &task));
    require_success(bell_make(BELL_END, &end));
    require_success(bare_make(end, &holder));
    require_success(bare_give(holder, desk, 1, 1, &there));
    system_call_yield();
    expect_state(task, TASK_CALLING);
    child_kill(holder);
    expect_closed(task, caller);
    require_success(frame_drop(caller));
}

static void by_revoke(void)
{
    handle desk;
    handle caller;
    handle task;
    struct server server;
    handle theirs;
    uint64_t taken;

    require_success(endpoint_make(&desk));
    require_success(endpoint_clone(desk, RIGHTS_RECEIVER, 0, &caller));
    require_success(server_start(&server));
    require_success(server_give(&server, caller, &theirs));
    require_success(system_call_narrow(desk, RIGHTS_ENDPOINT & ~RIGHT_RECEIVE)); /* theirs is the last */
    require(wait_at(desk, &task));
    expect_success(frame_revoke(desk, &taken));
    expect_equal(taken, 2);                             /* the server's and the waiting caller's */
    child_ends(task, TASK_END_EXITED, ERROR_NO_SERVER); /* the server's handle went before its own */
    struct endpoint_message message = {0};
    expect_error(endpoint_call(desk, &message, 0), ERROR_NO_SERVER);
    server_kill(&server);
    require_success(frame_drop(desk));
}

/* Any other handle with the right keeps it open, in whosever table. */
static void kept_open(void)
{
    handle desk;
    handle caller;
    handle task;
    handle second;
    struct endpoint_message message;

    require(make(&desk, &caller));
    require_success(frame_clone(desk, RIGHT_RECEIVE, &second));
    require(wait_at(caller, &task));
    require_success(frame_drop(desk));
    system_call_yield();
    expect_state(task, TASK_CALLING);
    require_success(endpoint_receive(second, &message, 0));
    answer(&message);
    child_ends(task, TASK_END_EXITED, CALL_ANSWERED);
    require_success(frame_drop(second));
    expect_error(endpoint_call(caller, &message, 0), ERROR_NO_SERVER);
    require_success(frame_drop(caller));
}

/* Closed while it has a call that is not answered: the answer still comes. */
static void with_call_in_service(void)
{
    handle desk;
    handle caller;
    handle task;
    struct endpoint_message message;

    require(make(&desk, &caller));
    require_success(caller_start(caller, "job=call", 1, &task));
    require_success(endpoint_receive(desk, &message, 0));
    require_success(frame_drop(desk));
    message = (struct endpoint_message){.label = 5};
    answer(&message);
    child_ends(task, TASK_END_EXITED, CALL_ANSWERED + 5);
    require_success(frame_drop(caller));
}

/* Bits that nobody has received are gone with it, and who waited to receive is told. */
static void with_bits(void)
{
    handle desk;
    handle caller;

    require(make(&desk, &caller));
    require_success(system_call_notify(caller));
    require_success(frame_drop(desk));
    expect_error(system_call_notify(caller), ERROR_NO_SERVER);
    require_success(frame_drop(caller));
}

static const struct tap_test tests[] = {
    {"by_drop", by_drop},     {"by_narrowing", by_narrowing}, {"by_death", by_death},
    {"by_revoke", by_revoke}, {"kept_open", kept_open},       {"with_call_in_service", with_call_in_service},
    {"with_bits", with_bits},
};

const struct tap_group closed_tests = TAP_GROUP("closed", tests);
