/* Tasks of other CPUs: made, started, stopped, looked into, ended from here. */
#include "tests/tasks/child/bare.h"
#include "tests/tasks/smp/smp.h"

#include <quire/account.h>
#include <quire/format.h>

#define TURNS 200
#define ROUNDS 4
#define CPUS_MAX 64
#define MADE 40
#define BESIDE_START (START_PAGE_ADDRESS + FRAME_SIZE) /* within a page table that each task has */

/* Each runs where it was put, and stays there: the processor tells its number. */
static void each_at_home(void)
{
    uint64_t numbers[CPUS_MAX];
    uint32_t cpus = start_page()->cpu_count;

    for (uint32_t k = 0; k < 2 * cpus; k++) {
        struct task_facts facts = {0};
        handle task;

        children_cpu = 1 + k % cpus;
        require_success(child_start("job=where count=200", &task));
        require_success(task_wait(task, bells, NULL, &facts));
        expect_equal(facts.end, TASK_END_EXITED);
        require(expect(facts.code < JOB_FAILED));
        require_success(frame_drop(task));
        if (k < cpus) {
            numbers[k] = facts.code;
        } else {
            expect_equal(facts.code, numbers[k - cpus]);
        }
        for (uint32_t other = 0; k < cpus && other < k; other++) {
            expect(numbers[other] != facts.code);
        }
    }
    children_cpu = 0;
}

static void no_cpu(void)
{
    uint64_t free_before = free_frames();
    static const uint32_t more[] = {0, 1, 61, 65535 - WORKERS_MAX};
    uint32_t cpus = start_page()->cpu_count;
    struct task_plan plan = child_plan("job=exit");
    struct task_parts parts;
    uint64_t entry;
    handle task;

    for (uint32_t k = 0; k < sizeof(more) / sizeof(more[0]); k++) {
        plan.cpu = 1 + cpus + more[k];
        expect_error(child_make(&plan, &task, &entry), ERROR_NO_CPU);
    }
    require_success(bare_parts(&task, &parts));
    parts.cpu = cpus;
    expect_error(system_call_create(task, &parts), ERROR_NO_CPU);
    parts.cpu = cpus - 1; /* nothing was changed */
    require_success(bare_create(task, &parts));
    require_success(frame_drop(task)); /* so it ends */
    expect(all_is_back(free_before));
}

static bool spinner_start(volatile uint64_t **counter, handle *frame, handle *task)
{
    struct task_gift gifts[] = {{"counter", 0}, {"bell", 0}};

    return expect_success(frame_allocate(frame)) &&
           expect_success(frame_map_anywhere(*frame, RIGHT_READ, (void **)counter)) &&
           expect_success(frame_clone(*frame, RIGHT_READ | RIGHT_WRITE | RIGHT_MAP | RIGHT_MOVE, &gifts[0].value)) &&
           expect_success(bell_make(1, &gifts[1].value)) &&
           expect_success(child_start_with("job=spin", gifts, 2, task)) && expect(bells_wait(1, *task));
}

/* Once stop has returned it does nothing more; once it is started it goes on. */
static void stop_and_go(void)
{
    FOR_EACH_CPU(cpu) {
        volatile uint64_t *counter;
        handle frame;
        handle task;

        require(spinner_start(&counter, &frame, &task));
        for (uint32_t round = 0; round < ROUNDS; round++) {
            uint64_t before = *counter;

            for (uint64_t turn = 0; *counter == before && turn < PATIENCE_TURNS; turn++) {
                system_call_yield();
            }
            expect(*counter > before);
            require_success(system_call_stop(task));
            before = *counter;
            expect_equal(facts_of(task).state, TASK_STOPPED);
            for (uint32_t turn = 0; turn < TURNS; turn++) {
                system_call_yield();
                require(expect_equal(*counter, before));
            }
            require_success(system_call_start(task, 0, 0));
            expect_error(system_call_start(task, 0, 0), ERROR_RUNNING);
        }
        require_success(system_call_kill(task));
        child_ends(task, TASK_END_KILLED, 0);
        uint64_t before = *counter;
        for (uint32_t turn = 0; turn < TURNS; turn++) {
            system_call_yield();
            require(expect_equal(*counter, before));
        }
        require_success(frame_drop(frame));
    }
}

/* Whatever it is doing. */
static void kill_anywhere(void)
{
    static const char *const jobs[] = {"job=spin", "job=yield", "job=churn", "job=calls", "job=receive"};

    FOR_EACH_CPU(cpu) {
        struct server server;

        require_success(server_start(&server));
        for (uint32_t k = 0; k < ROUNDS * sizeof(jobs) / sizeof(jobs[0]); k++) {
            struct task_gift gifts[] = {{"desk", 0}, {"here", 0}, {"bell", 0}};
            handle desk;
            handle task;

            require_success(endpoint_make(&desk));
            require_success(frame_clone(server.desk, RIGHT_CALL | RIGHT_MOVE, &gifts[0].value));
            require_success(frame_clone(desk, RIGHT_RECEIVE | RIGHT_MOVE, &gifts[1].value));
            require_success(bell_make(1, &gifts[2].value));
            require_success(child_start_with(jobs[k % (sizeof(jobs) / sizeof(jobs[0]))], gifts, 3, &task));
            if (draw(2) == 0) {
                require(bells_wait(1, task));
            }
            for (uint64_t turns = draw(20); turns > 0; turns--) {
                system_call_yield();
            }
            require_success(system_call_kill(task));
            child_ends(task, TASK_END_KILLED, 0);
            require_success(frame_drop(desk));
        }
        server_kill(&server);
    }
    bells_forget();
}

/* Into the table of a stopped task of another CPU, and out of it; and its address space. */
static void table_of_a_stopped_one(void)
{
    FOR_EACH_CPU(cpu) {
        struct handle_facts facts = {0};
        struct server server;
        uint64_t answer[MESSAGE_WORDS];
        uint32_t missing;
        uint32_t dst;
        uint64_t *page;
        handle frame;
        handle there;

        require_success(server_start(&server));
        require_success(server_ask(&server, SERVE_NOTHING, 0, 0, NULL));
        require_success(system_call_stop(server.task));
        require_success(frame_allocate(&frame));
        require_success(frame_map_anywhere(frame, RIGHT_READ | RIGHT_WRITE, (void **)&page));
        *page = 4711;
        require_success(frame_unmap(frame));
        require_success(bare_give(server.task, frame, 1, 150, &there));
        require_success(system_call_inspect_in(server.task, there, &facts));
        expect_equal(facts.kind, KIND_UNTYPED);
        require_success(system_call_map_in(server.task, there, BESIDE_START, RIGHT_READ | RIGHT_WRITE, &missing));
        require_success(system_call_start(server.task, 0, 0));
        require_success(server_ask(&server, SERVE_READ, BESIDE_START, 0, answer));
        expect_equal(answer[0], 4711);
        require_success(server_ask(&server, SERVE_WRITE, BESIDE_START, 4712, NULL));
        expect_error(system_call_unmap_in(server.task, there), ERROR_RUNNING);
        require_success(system_call_stop(server.task));
        require_success(system_call_unmap_in(server.task, there));
        require_success(own_entries_take(1, &dst));
        require_success(system_call_take(server.task, there, 1, dst, &frame));
        require_success(frame_map_anywhere(frame, RIGHT_READ | RIGHT_WRITE, (void **)&page));
        expect_equal(*page, 4712);
        require_success(system_call_start(server.task, 0, 0));
        /* It read there a moment ago: no more. */
        expect_error(server_ask(&server, SERVE_READ, BESIDE_START, 0, answer), ERROR_NO_SERVER);
        struct task_facts end = {0};
        require_success(task_wait(server.task, bells, NULL, &end));
        expect_equal(end.end, TASK_END_FAULTED);
        expect_equal(end.address, BESIDE_START);
        require_success(frame_drop(server.task));
        require_success(frame_drop(server.desk));
        require_success(frame_drop(frame));
    }
}

/* Makers on all CPUs make tasks on all CPUs, and let them end in each way. */
static void makers_everywhere(void)
{
    uint64_t free_before = free_frames();
    uint32_t cpus = start_page()->cpu_count;
    handle tasks[CPUS_MAX];
    char line[32];

    format_line(line, sizeof(line), "job=make count=%u", MADE);
    for (uint32_t k = 0; k < cpus; k++) {
        children_cpu = 1 + k;
        require_success(child_start(line, &tasks[k]));
    }
    children_cpu = 0;
    for (uint32_t k = 0; k < cpus; k++) {
        child_ends(tasks[k], TASK_END_EXITED, 0);
    }
    expect(all_is_back(free_before)); /* those that were abandoned too */
}

static const struct tap_test tests[] = {
    {"each_at_home", each_at_home},
    {"no_cpu", no_cpu},
    {"stop_and_go", stop_and_go},
    {"kill_anywhere", kill_anywhere},
    {"table_of_a_stopped_one", table_of_a_stopped_one},
    {"makers_everywhere", makers_everywhere},
};

const struct tap_group tasks_tests = TAP_GROUP("tasks", tests);
