/* Tasks killed in each state. The state of a call to the frame server is none of them: it ranks above all tasks, so
 * nobody runs before it has answered. */
#include "tests/tasks/life/life.h"

static void kill_fresh(void)
{
    handle task;

    require_success(object_make(KIND_TASK, &task));
    expect_error(system_call_kill(task), ERROR_NOT_CREATED);
    require_success(frame_drop(task));
}

static void kill_made(void)
{
    struct task_plan plan = child_plan("job=exit");
    uint64_t entry;
    handle task;

    require_success(child_make(&plan, &task, &entry));
    expect_state(task, TASK_STOPPED);
    child_kill(task);
}

static void kill_ready(void)
{
    handle task;

    require_success(child_start("job=spin", &task));
    expect_state(task, TASK_READY); /* it has not run yet */
    require_success(system_call_kill(task));
    expect_state(task, TASK_DYING);
    expect_error(system_call_kill(task), ERROR_ENDED);
    child_ends(task, TASK_END_KILLED, 0);
}

/* Killed where its time slice ended. */
static void kill_preempted(void)
{
    handle task;
    handle bell;

    require_success(bell_make(1, &bell));
    require_success(child_start_with("job=spin", &(struct task_gift){"bell", bell}, 1, &task));
    require(bells_wait(1, task));
    for (int turn = 0; turn < 3; turn++) {
        system_call_yield();
        expect_state(task, TASK_READY);
    }
    require_success(system_call_kill(task));
    child_ends(task, TASK_END_KILLED, 0);
}

static void kill_stopped(void)
{
    handle task;
    handle bell;

    require_success(bell_make(1, &bell));
    require_success(child_start_with("job=yield", &(struct task_gift){"bell", bell}, 1, &task));
    require(bells_wait(1, task));
    require_success(system_call_stop(task));
    expect_state(task, TASK_STOPPED);
    require_success(system_call_kill(task));
    child_ends(task, TASK_END_KILLED, 0);
}

/* In the queue of an endpoint; those before and behind it are served as if it had never been. */
static void kill_calling(void)
{
    handle tasks[3];
    handle desk;
    struct endpoint_message message;

    require_success(endpoint_make(&desk));
    for (uint64_t k = 0; k < 3; k++) {
        handle copy;

        require_success(endpoint_clone(desk, RIGHT_CALL | RIGHT_MOVE, k + 1, &copy));
        require_success(child_start_with("job=call word=1", &(struct task_gift){"desk", copy}, 1, &tasks[k]));
        require(child_reaches(tasks[k], TASK_CALLING));
    }
    require_success(system_call_kill(tasks[1]));
    child_ends(tasks[1], TASK_END_KILLED, 0);
    require_success(endpoint_receive(desk, &message, 0));
    expect_equal(message.badge, 1);
    require_success(endpoint_reply_receive(desk, &message, 0));
    expect_equal(message.badge, 3);
    require_success(frame_drop(desk)); /* the last who could receive: the call that is held gets its answer yet */
    message = (struct endpoint_message){.label = 4};
    expect_error(endpoint_reply_receive(bells, &message, 0), ERROR_NONE);
    child_ends(tasks[0], TASK_END_EXITED, CALL_ANSWERED + 1);
    child_ends(tasks[2], TASK_END_EXITED, CALL_ANSWERED + 4);
}

/* Its call is with a server that has not answered: the answer goes nowhere. */
static void kill_awaiting(void)
{
    handle task;
    handle desk;
    handle copy;
    struct endpoint_message message;

    require_success(desk_make(&desk, RIGHT_CALL | RIGHT_MOVE, 5, &copy));
    require_success(child_start_with("job=call", &(struct task_gift){"desk", copy}, 1, &task));
    require_success(endpoint_receive(desk, &message, 0));
    expect_equal(message.badge, 5);
    expect_state(task, TASK_AWAITING);
    require_success(system_call_kill(task));
    child_dies(task, TASK_END_KILLED);
    bells_forget(); /* its end rang; this receives, and so replies, to nobody */
    require_success(frame_drop(desk));
}

static void kill_receiving(void)
{
    handle task;
    handle desk;
    handle copy;
    struct endpoint_message message = {0};

    require_success(desk_make(&desk, RIGHT_RECEIVE | RIGHT_MOVE, 0, &copy));
    require_success(child_start_with("job=receive", &(struct task_gift){"here", copy}, 1, &task));
    require(child_reaches(task, TASK_RECEIVING));
    require_success(system_call_kill(task));
    child_ends(task, TASK_END_KILLED, 0);
    require_success(system_call_narrow(desk, RIGHT_CALL)); /* so that nobody can receive */
    expect_error(endpoint_call(desk, &message, 0), ERROR_NO_SERVER);
    require_success(frame_drop(desk));
}

/* While it has a call that it has not answered: the caller is told. */
static void kill_with_call(void)
{
    handle keeper;
    handle caller;
    handle desk;
    handle here;
    handle there;

    require_success(desk_make(&desk, RIGHT_RECEIVE | RIGHT_MOVE, 0, &here));
    require_success(endpoint_clone(desk, RIGHT_CALL | RIGHT_MOVE, 0, &there));
    require_success(child_start_with("job=keep", &(struct task_gift){"here", here}, 1, &keeper));
    require_success(child_start_with("job=call", &(struct task_gift){"desk", there}, 1, &caller));
    require(child_reaches(caller, TASK_AWAITING));
    require_success(system_call_kill(keeper));
    child_ends(keeper, TASK_END_KILLED, 0);
    child_ends(caller, TASK_END_EXITED, ERROR_NO_SERVER);
    require_success(frame_drop(desk));
}

/* By itself, through a handle of its own. */
static void kill_itself(void)
{
    struct server server;
    handle self;
    handle theirs;

    require_success(server_start(&server));
    require_success(frame_clone(server.task, RIGHT_OWNER | RIGHT_MOVE, &self));
    require_success(server_give(&server, self, &theirs));
    expect_error(server_ask(&server, SERVE_KILL, theirs, 0, NULL), ERROR_NO_SERVER);
    child_ends(server.task, TASK_END_KILLED, 0);
    require_success(frame_drop(server.desk));
}

/* Twice by two holders, and after its end. */
static void kill_twice(void)
{
    handle task;
    handle second;

    require_success(child_start("job=yield", &task));
    require_success(frame_clone(task, RIGHT_OWNER, &second));
    require_success(system_call_kill(task));
    expect_error(system_call_kill(second), ERROR_ENDED);
    require_success(frame_drop(second));
    child_ends(task, TASK_END_KILLED, 0);
}

static const struct tap_test tests[] = {
    {"fresh", kill_fresh},         {"made", kill_made},           {"ready", kill_ready},
    {"preempted", kill_preempted}, {"stopped", kill_stopped},     {"calling", kill_calling},
    {"awaiting", kill_awaiting},   {"receiving", kill_receiving}, {"with_call", kill_with_call},
    {"itself", kill_itself},       {"twice", kill_twice},
};

const struct tap_group kill_tests = TAP_GROUP("kill", tests);
