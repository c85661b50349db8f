/* Notifications: bits that wait for whoever receives. */
#include "tests/tasks/endpoints/endpoints.h"

static void bits_add_up(void)
{
    static const uint64_t badges[] = {1, 4, 1, UINT64_C(1) << 63, 6};
    handle desk;
    handle copy;
    struct endpoint_message message;

    require_success(endpoint_make(&desk));
    for (size_t k = 0; k < sizeof(badges) / sizeof(badges[0]); k++) {
        require_success(endpoint_clone(desk, RIGHT_NOTIFY, badges[k], &copy));
        require_success(system_call_notify(copy));
        require_success(frame_drop(copy));
    }
    require_success(endpoint_receive(desk, &message, 0));
    expect_equal(message.notification, UINT64_C(1) << 63 | 7);
    expect_equal(message.count, 0);
    require_success(system_call_badge(desk, 16)); /* those of before are gone */
    require_success(system_call_notify(desk));
    require_success(endpoint_receive(desk, &message, 0));
    expect_equal(message.notification, 16);
    require_success(frame_drop(desk));
}

/* The receiver waits: each notification wakes it once. */
static void while_receiving(void)
{
    handle desk;
    handle here;
    handle task;

    require_success(desk_make(&desk, RIGHTS_RECEIVER, 0, &here));
    require_success(child_start_with("job=collect bits=7", &(struct task_gift){"here", here}, 1, &task));
    for (uint64_t bit = 1; bit <= 4; bit *= 2) {
        require(child_reaches(task, TASK_RECEIVING));
        require_success(system_call_badge(desk, bit));
        require_success(system_call_notify(desk));
        uint32_t state = facts_of(task).state; /* it has its turn when this task's slice is over, perhaps now */
        expect(state == TASK_READY || state == TASK_RECEIVING);
    }
    child_ends(task, TASK_END_EXITED, 3);
    require_success(frame_drop(desk));
}

/* A badge without bits says nothing, and wakes nobody. */
static void no_bits(void)
{
    handle desk;
    handle here;
    handle task;

    require_success(desk_make(&desk, RIGHTS_RECEIVER, 0, &here));
    require_success(child_start_with("job=collect bits=1", &(struct task_gift){"here", here}, 1, &task));
    require(child_reaches(task, TASK_RECEIVING));
    require_success(system_call_notify(desk));
    expect_state(task, TASK_RECEIVING);
    require_success(system_call_badge(desk, 1));
    require_success(system_call_notify(desk));
    child_ends(task, TASK_END_EXITED, 1);
    require_success(frame_drop(desk));
}

/* With bits and callers waiting, bits come first, then the calls, none of which is lost. */
static void before_calls(void)
{
    handle desk;
    handle tasks[2];
    struct endpoint_message message;

    require_success(endpoint_make(&desk));
    for (uint64_t k = 0; k < 2; k++) {
        require_success(caller_start(desk, "job=call word=5", k + 1, &tasks[k]));
        require(child_reaches(tasks[k], TASK_CALLING));
    }
    require_success(system_call_badge(desk, 32));
    require_success(system_call_notify(desk));
    require_success(endpoint_receive(desk, &message, 0));
    expect_equal(message.notification, 32);
    require_success(endpoint_receive(desk, &message, 0));
    expect_equal(message.notification, 0);
    expect_equal(message.badge, 1);
    require_success(system_call_notify(desk)); /* while it works for the first */
    require_success(endpoint_reply_receive(desk, &message, 0));
    expect_equal(message.notification, 32);
    expect_equal(message.badge, 0);
    message = (struct endpoint_message){0};
    require_success(endpoint_reply_receive(desk, &message, 0)); /* nobody waits for this reply */
    expect_equal(message.badge, 2);
    answer(&message);
    child_ends(tasks[0], TASK_END_EXITED, CALL_ANSWERED + 5);
    child_ends(tasks[1], TASK_END_EXITED, CALL_ANSWERED + 5);
    require_success(frame_drop(desk));
}

/* One that works for a caller gets the bits after it has answered, with nothing lost. */
static void while_working(void)
{
    struct server server;
    handle desk;
    handle bell;
    handle theirs;
    uint64_t words[MESSAGE_WORDS];

    require_success(server_start(&server));
    require_success(system_call_badge(server.desk, 2));
    require_success(desk_make(&desk, RIGHT_NOTIFY | RIGHT_MOVE, 0, &bell));
    require_success(server_give(&server, bell, &theirs));
    for (uint32_t k = 0; k < 3; k++) {
        require_success(system_call_notify(server.desk)); /* `serve` answers bits with nothing, and goes on */
        expect_success(server_ask(&server, SERVE_NOTHING, 0, 0, words));
    }
    server_kill(&server);
    require_success(frame_drop(desk));
}

static void refusals(void)
{
    handle desk;
    handle copy;
    handle frame;

    require_success(endpoint_make(&desk));
    require_success(endpoint_clone(desk, RIGHT_CALL | RIGHT_RECEIVE, 1, &copy));
    expect_error(system_call_notify(copy), ERROR_MISSING_RIGHT);
    require_success(frame_drop(copy));
    expect_error(system_call_notify(copy), ERROR_BAD_HANDLE);
    expect_error(system_call_notify(0), ERROR_BAD_HANDLE);
    expect_error(system_call_notify(handle_make(handle_index(desk), handle_generation(desk) + 1)), ERROR_STALE_HANDLE);
    expect_error(system_call_notify(frame_server()), ERROR_MISSING_RIGHT);
    require_success(frame_allocate(&frame));
    expect_error(system_call_notify(frame), ERROR_WRONG_KIND);
    require_success(frame_drop(frame));
    require_success(frame_drop(desk));
}

/* What was written before the notification is seen by who got it. */
static void orders_memory(void)
{
    struct server server;
    handle frame;
    handle share;
    handle theirs;
    uint64_t words[MESSAGE_WORDS];
    uint64_t *page;

    require_success(server_start(&server));
    require_success(frame_allocate(&frame));
    require_success(frame_map_anywhere(frame, RIGHT_READ | RIGHT_WRITE, (void **)&page));
    require_success(frame_clone(frame, RIGHT_READ | RIGHT_MAP | RIGHT_MOVE, &share));
    require_success(server_give(&server, share, &theirs));
    require_success(server_ask(&server, SERVE_MAP, theirs, RIGHT_READ, words));
    uint64_t address = words[0];
    require_success(system_call_badge(server.desk, 1));
    for (uint64_t k = 1; k < 10; k++) {
        *page = k;
        require_success(system_call_notify(server.desk));
        require_success(server_ask(&server, SERVE_READ, address, 0, words));
        expect_equal(words[0], k);
    }
    server_kill(&server);
    require_success(frame_drop(frame));
}

#define TIMER_LINE 0
#define TIMER_COUNTER 0x40
#define TIMER_CONTROL 0x43
#define TIMER_ONCE 0x30 /* counter 0, low byte first, mode 0: it interrupts when the count is over */

/* Has the old interval timer interrupt once, so many of its ticks (0.84 us) from now on. */
static bool timer_start(uint64_t ticks)
{
    const uint64_t control[MESSAGE_WORDS] = {TIMER_ONCE};
    const uint64_t count[MESSAGE_WORDS] = {ticks};

    return expect_success(system_call_acknowledge(TIMER_LINE)) &&
           expect_success(system_call_port_write(TIMER_CONTROL, 1, control)) &&
           expect_success(system_call_port_write(TIMER_COUNTER, 2, count));
}

#define REFUSED_CALLERS 6
#define REFUSED_ROUNDS 12

/* An interrupt that comes while the calls that wait are refused, one after the other, so that nobody is left to call. Whoever
 * receives then must learn of it at once, and not only with the next notification: here of a caller's end. Where time is
 * counted in instructions (cell endpoints-time), the first ticks hit that moment. */
static void while_refusing(void)
{
    handle desk;
    handle timer;

    require_success(desk_make(&desk, RIGHT_NOTIFY, 1, &timer));
    require_success(system_call_interrupt(timer, TIMER_LINE));
    for (uint64_t round = 0; round < REFUSED_ROUNDS; round++) {
        struct endpoint_message message = {0};
        handle tasks[REFUSED_CALLERS];

        for (uint32_t k = 0; k < REFUSED_CALLERS; k++) {
            struct task_plan plan = child_plan("job=call");
            struct task_gift gifts[] = {{"desk", 0}, {"gift", 0}}; /* for which there is no room */

            require_success(endpoint_clone(desk, RIGHTS_CALLER, 0, &gifts[0].value));
            require_success(frame_allocate(&gifts[1].value));
            require_success(endpoint_clone(desk, RIGHT_NOTIFY | RIGHT_MOVE, 2, &plan.end));
            plan.gifts = gifts;
            plan.gift_count = 2;
            require_success(child_run(&plan, &tasks[k]));
            require(child_reaches(tasks[k], TASK_CALLING));
        }
        require(timer_start(1 + round % 3));
        require_success(endpoint_receive(desk, &message, 0));
        /* Who waits is woken by the first; on several CPUs both may come before it waits. */
        require(expect(message.notification == 1 || message.notification == 2 ||
                       (message.notification == 3 && start_page()->cpu_count > 1)));
        for (uint64_t bits = message.notification; bits != 3; bits |= message.notification) {
            require_success(endpoint_receive(desk, &message, 0));
        }
        for (uint32_t k = 0; k < REFUSED_CALLERS; k++) {
            require(child_reaches(tasks[k], TASK_DEAD));
            require_success(frame_drop(tasks[k]));
        }
        require_success(system_call_notify(timer)); /* takes what is left of the ends' bits along */
        require_success(endpoint_receive(desk, &message, 0));
    }
    require_success(system_call_interrupt(0, TIMER_LINE));
    require_success(frame_drop(timer));
    require_success(frame_drop(desk));
}

static const struct tap_test tests[] = {
    {"bits_add_up", bits_add_up},     {"while_receiving", while_receiving}, {"no_bits", no_bits},
    {"before_calls", before_calls},   {"while_working", while_working},     {"refusals", refusals},
    {"orders_memory", orders_memory}, {"while_refusing", while_refusing},
};

const struct tap_group notify_tests = TAP_GROUP("notify", tests);
