/* Callers that wait in an endpoint's queue: those of higher priority first, among equals the first first. */
#include "tests/tasks/endpoints/endpoints.h"

#define CALLERS 200

static handle tasks[CALLERS];

static uint32_t priority_of(uint32_t k)
{
    return 1 + k * 7 % start_page()->priority; /* all of them, mixed */
}

/* Starts a caller; those below this task's priority get their turn while it waits for them. */
static bool start(uint32_t k, handle desk)
{
    struct task_plan plan = child_plan("job=call");
    handle copy;

    if (!expect_success(endpoint_clone(desk, RIGHTS_CALLER, k + 1, &copy))) {
        return false;
    }
    plan.priority = priority_of(k);
    plan.gifts = &(struct task_gift){"desk", copy};
    plan.gift_count = 1;
    return expect_success(child_run(&plan, &tasks[k]));
}

/* Lets all tasks below this one run until they wait: a task below them all rings then. */
static bool let_all_run(void)
{
    struct task_plan plan = child_plan("job=exit");
    handle task;

    plan.priority = PRIORITY_LOWEST;
    if (!expect_success(child_run(&plan, &task))) {
        return false;
    }
    child_ends(task, TASK_END_EXITED, 0);
    return true;
}

static void by_priority(void)
{
    handle desk;
    struct endpoint_message message = {0};
    uint32_t last_priority = UINT32_MAX;
    uint64_t last = 0;
    enum error error;

    require_success(endpoint_make(&desk));
    for (uint32_t k = 0; k < CALLERS; k++) {
        require(start(k, desk));
        require(let_all_run()); /* so that it waits before the next one does */
    }
    error = endpoint_receive(desk, &message, 0);
    for (uint32_t k = 0; k < CALLERS; k++) {
        uint32_t caller = (uint32_t)message.badge - 1;

        require_success(error);
        require(expect(caller < CALLERS));
        uint32_t priority = priority_of(caller);
        expect(priority < last_priority || (priority == last_priority && caller > last));
        last_priority = priority;
        last = caller;
        if (k + 1 < CALLERS) {
            error = endpoint_reply_receive(desk, &message, 0);
        }
    }
    answer(&message);
    for (uint32_t k = 0; k < CALLERS; k++) {
        child_ends(tasks[k], TASK_END_EXITED, CALL_ANSWERED);
    }
    require_success(frame_drop(desk));
}

/* Every third one dies in the queue, from its middle too. */
static void with_deaths(void)
{
    handle desk;
    struct endpoint_message message = {0};
    uint32_t served = 0;
    enum error error;

    require_success(endpoint_make(&desk));
    for (uint32_t k = 0; k < CALLERS; k++) {
        require(start(k, desk));
    }
    require(let_all_run());
    for (uint32_t k = 0; k < CALLERS; k += 3) {
        child_kill(tasks[k]);
    }
    error = endpoint_receive(desk, &message, 0);
    for (uint32_t left = CALLERS - (CALLERS + 2) / 3; left > 0; left--) {
        require_success(error);
        require(expect(message.badge >= 1 && message.badge <= CALLERS));
        expect((message.badge - 1) % 3 != 0);
        served++;
        if (left > 1) {
            error = endpoint_reply_receive(desk, &message, 0);
        }
    }
    answer(&message);
    for (uint32_t k = 0; k < CALLERS; k++) {
        if (k % 3 != 0) {
            child_ends(tasks[k], TASK_END_EXITED, CALL_ANSWERED);
        }
    }
    expect_equal(served, CALLERS - (CALLERS + 2) / 3);
    require_success(frame_drop(desk));
}

/* All of them learn at once that nobody will receive them. */
static void all_are_told(void)
{
    handle desk;

    require_success(endpoint_make(&desk));
    for (uint32_t k = 0; k < CALLERS; k++) {
        require(start(k, desk));
    }
    require(let_all_run());
    require_success(frame_drop(desk));
    for (uint32_t k = 0; k < CALLERS; k++) {
        child_ends(tasks[k], TASK_END_EXITED, ERROR_NO_SERVER);
    }
}

static const struct tap_test tests[] = {
    {"by_priority", by_priority},
    {"with_deaths", with_deaths},
    {"all_are_told", all_are_told},
};

const struct tap_group queue_tests = TAP_GROUP("queue", tests);
