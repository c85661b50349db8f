/* Calls, replies and notifications between CPUs: each test goes through all CPUs for the other side. */
#include "tests/tasks/smp/smp.h"

#include <quire/account.h>
#include <quire/format.h>

#define CALLS 200
#define CALLS_EACH 300
#define CALLERS_A_CPU 2
#define CALLERS_MAX 16
#define RIGHTS_CALLER (RIGHT_CALL | RIGHT_CLONE | RIGHT_MOVE)
#define RIGHTS_RECEIVER (RIGHT_RECEIVE | RIGHT_MOVE)

/* A task at a desk, with a job that receives there. */
static bool receiver_start(const char *job, handle *desk, handle *task)
{
    handle here;

    return expect_success(desk_make(desk, RIGHTS_RECEIVER, 0, &here)) &&
           expect_success(
               system_call_narrow(*desk, RIGHT_CALL | RIGHT_NOTIFY | RIGHT_CLONE | RIGHT_MOVE | RIGHT_OWNER)) &&
           expect_success(child_start_with(job, &(struct task_gift){"here", here}, 1, task));
}

static bool caller_start(handle desk, const char *job, handle *task)
{
    handle copy;

    return expect_success(frame_clone(desk, RIGHTS_CALLER, &copy)) &&
           expect_success(child_start_with(job, &(struct task_gift){"desk", copy}, 1, task));
}

static void words(void)
{
    FOR_EACH_CPU(cpu) {
        handle desk;
        handle task;

        require(receiver_start("job=receive", &desk, &task));
        for (uint32_t k = 0; k < CALLS; k++) {
            uint64_t first = draw(UINT64_MAX);
            struct endpoint_message message = {.label = k, .words = {first, 1, 2, 3, ~first}};

            require_success(endpoint_call(desk, &message, 0));
            expect_equal(message.label, k + 1);
            expect_equal(message.words[0], first);
            expect_equal(message.words[3], 3);
            require(expect_equal(message.words[4], ~first));
        }
        child_kill(task);
        struct endpoint_message message = {0};
        expect_error(endpoint_call(desk, &message, 0), ERROR_NO_SERVER);
        require_success(frame_drop(desk));
    }
}

/* Callers on all CPUs, one server: each gets the answer to what it asked. */
static void many_callers(void)
{
    uint32_t count = start_page()->cpu_count * CALLERS_A_CPU;
    handle callers[CALLERS_MAX];
    handle desk;
    handle task;

    count = count < CALLERS_MAX ? count : CALLERS_MAX;
    FOR_EACH_CPU(cpu) {
        uint32_t server_cpu = children_cpu;

        require(receiver_start("job=receive", &desk, &task));
        for (uint32_t k = 0; k < count; k++) {
            char line[48];

            children_cpu = 1 + k % start_page()->cpu_count;
            format_line(line, sizeof(line), "job=echo count=%u seed=%lu", CALLS_EACH, draw(UINT32_MAX));
            require(caller_start(desk, line, &callers[k]));
        }
        children_cpu = server_cpu;
        for (uint32_t k = 0; k < count; k++) {
            child_ends(callers[k], TASK_END_EXITED, 0);
        }
        child_kill(task);
        require_success(frame_drop(desk));
    }
}

/* There and back, up to as many as one message carries; what is written on one side is read on the other. */
static void handles(void)
{
    static const uint32_t counts[] = {1, 2, 63, MOVE_HANDLES_MAX};

    FOR_EACH_CPU(cpu) {
        struct server server;
        uint64_t answer[MESSAGE_WORDS];

        require_success(server_start(&server));
        for (uint32_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
            struct endpoint_message message = {.label = SERVE_KEEP, .count = counts[k]};
            struct frame_facts before = {0};
            struct frame_facts after = {0};
            handle theirs;
            uint64_t *page;

            require_success(frame_allocate_run(counts[k], &message.first));
            handle last = handle_of_run(message.first, counts[k] - 1);
            require_success(frame_info(last, &before));
            require_success(endpoint_call(server.desk, &message, 0));
            theirs = message.words[0];
            handle theirs_last = handle_of_run(theirs, counts[k] - 1);
            expect_error(frame_info(last, &after), ERROR_BAD_HANDLE);
            require_success(server_ask(&server, SERVE_MAP, theirs_last, RIGHT_READ | RIGHT_WRITE, answer));
            uint64_t address = answer[0];
            require_success(server_ask(&server, SERVE_WRITE, address, before.address + k, NULL));
            require_success(server_ask(&server, SERVE_UNMAP, theirs_last, 0, NULL));
            message = (struct endpoint_message){.label = SERVE_GIVE_BACK, .words = {theirs, counts[k]}};
            require_success(child_asked(server.desk, &message, counts[k]));
            require(expect_equal(message.count, counts[k]));
            last = handle_of_run(message.first, counts[k] - 1);
            require_success(frame_info(last, &after));
            expect_equal(after.address, before.address);
            expect_equal(after.reference_count, 1);
            require_success(frame_map_anywhere(last, RIGHT_READ, (void **)&page));
            expect_equal(*page, before.address + k);
            require_success(frame_drop_run(message.first, counts[k], NULL));
        }
        server_kill(&server);
    }
}

/* Frames that another CPU's task buys move here by its replies. */
static void bought_there(void)
{
    FOR_EACH_CPU(cpu) {
        struct server server;

        require_success(server_start(&server));
        for (uint32_t k = 0; k < CALLS; k++) {
            struct endpoint_message message = {.label = SERVE_BUY};

            require_success(child_asked(server.desk, &message, 1));
            require(expect_equal(message.count, 1));
            require_success(frame_drop(message.first));
        }
        server_kill(&server);
    }
}

/* Bits of notifications from all CPUs: none is lost, and who waits wakes. */
static void notifications(void)
{
    uint32_t cpus = start_page()->cpu_count;

    FOR_EACH_CPU(cpu) {
        handle desk;
        handle here;
        handle task;

        require_success(desk_make(&desk, RIGHTS_RECEIVER, 0, &here));
        require_success(child_start_with("job=collect bits=63", &(struct task_gift){"here", here}, 1, &task));
        for (uint32_t bit = 0; bit < 6; bit++) {
            require_success(system_call_badge(desk, UINT64_C(1) << bit));
            require_success(system_call_notify(desk));
        }
        struct task_facts facts = {0};
        require_success(task_wait(task, bells, NULL, &facts));
        expect_equal(facts.end, TASK_END_EXITED);
        expect(facts.code >= 1 && facts.code <= 6);
        require_success(frame_drop(task));
        require_success(frame_drop(desk));
    }
    for (uint32_t round = 0; round < 8; round++) { /* and the other way */
        uint64_t all = 0;
        handle tasks[CALLERS_MAX];
        uint32_t count = cpus < CALLERS_MAX ? cpus : CALLERS_MAX;

        for (uint32_t k = 0; k < count; k++) {
            struct task_gift bell = {"bell", 0};

            children_cpu = 1 + k;
            all |= UINT64_C(1) << k;
            require_success(bell_make(UINT64_C(1) << k, &bell.value));
            require_success(child_start_with("job=yield", &bell, 1, &tasks[k]));
        }
        children_cpu = 0;
        require(bells_wait(all, 0));
        for (uint32_t k = 0; k < count; k++) {
            child_kill(tasks[k]);
        }
    }
    bells_forget();
}

/* From CPU to CPU, around all of them, before the answer comes back. */
static void around(void)
{
    uint32_t cpus = start_page()->cpu_count;
    uint32_t count = 2 * cpus < CALLERS_MAX ? 2 * cpus : CALLERS_MAX;
    handle tasks[CALLERS_MAX + 1];
    handle desk;
    handle here;
    handle next;

    require(receiver_start("job=receive", &next, &tasks[count]));
    for (uint32_t k = 0; k < count; k++) {
        children_cpu = 1 + k % cpus;
        require_success(desk_make(&desk, RIGHTS_RECEIVER, 0, &here));
        require_success(system_call_narrow(desk, RIGHT_CALL | RIGHT_MOVE));
        const struct task_gift gifts[] = {{"here", here}, {"desk", next}};
        require_success(child_start_with("job=relay", gifts, 2, &tasks[k]));
        next = desk;
    }
    children_cpu = 0;
    for (uint32_t k = 0; k < CALLS / 4; k++) {
        struct endpoint_message message = {.label = k};

        require_success(endpoint_call(next, &message, 0));
        require(expect_equal(message.label, k + count + 1));
    }
    /* The last one dies: all learn it, one after the other. */
    child_kill(tasks[count]);
    struct endpoint_message message = {0};
    require_success(endpoint_call(next, &message, 0));
    expect_equal(message.label, ERROR_NO_SERVER + count);
    for (uint32_t k = 0; k < count; k++) {
        child_kill(tasks[k]);
    }
    require_success(frame_drop(next));
}

/* A server that dies with a caller's call, and with one that still waits for its turn; killed and abandoned. */
static void server_ends(void)
{
    uint32_t cpus = start_page()->cpu_count;
    uint64_t free_before = free_frames();

    for (uint32_t round = 0; round < 2 * cpus; round++) {
        handle desk;
        handle server;
        handle callers[2];

        children_cpu = 1 + round % cpus;
        require(receiver_start("job=keep", &desk, &server));
        for (uint32_t k = 0; k < 2; k++) {
            children_cpu = 1 + (round + round / cpus + k) % cpus;
            require(caller_start(desk, "job=call", &callers[k]));
        }
        uint32_t in_service = 0;
        for (uint64_t turn = 0; in_service != 1 && turn < PATIENCE_TURNS; turn++) { /* one has it, the other waits */
            system_call_yield();
            in_service = 0;
            for (uint32_t k = 0; k < 2; k++) {
                struct task_facts facts = facts_of(callers[k]);

                in_service += facts.state == TASK_AWAITING ? 1 : facts.state == TASK_CALLING ? 0 : 10;
            }
        }
        expect_equal(in_service, 1);
        require_success(round < cpus ? system_call_kill(server) : system_call_stop(server));
        if (round < cpus) {
            child_ends(server, TASK_END_KILLED, 0);
        } else {
            require_success(frame_drop(server)); /* the last handle */
        }
        for (uint32_t k = 0; k < 2; k++) {
            child_ends(callers[k], TASK_END_EXITED, ERROR_NO_SERVER);
        }
        require_success(frame_drop(desk));
    }
    children_cpu = 0;
    bells_forget(); /* the abandoned ones' */
    expect(all_is_back(free_before));
}

/* A caller that dies while another CPU has its call: the answer comes to nobody, and the server goes on. */
static void caller_ends(void)
{
    FOR_EACH_CPU(cpu) {
        handle desk;
        handle copy;
        handle task;
        struct endpoint_message message;

        require_success(desk_make(&desk, RIGHTS_CALLER, 1, &copy));
        require_success(child_start_with("job=call", &(struct task_gift){"desk", copy}, 1, &task));
        require_success(endpoint_receive(desk, &message, 0));
        require_success(system_call_kill(task));
        child_dies(task, TASK_END_KILLED);
        bells_forget(); /* its end rang; this receives, and so replies, to nobody */
        require_success(frame_drop(desk));
    }
}

static const struct tap_test tests[] = {
    {"words", words},
    {"many_callers", many_callers},
    {"handles", handles},
    {"bought_there", bought_there},
    {"notifications", notifications},
    {"around", around},
    {"server_ends", server_ends},
    {"caller_ends", caller_ends},
};

const struct tap_group calls_tests = TAP_GROUP("calls", tests);
