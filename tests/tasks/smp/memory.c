/* Memory that is used on one CPU and freed on another. */
#include "tests/tasks/smp/smp.h"

#include <quire/account.h>

#define RING_MAX 16
#define RUN MOVE_HANDLES_MAX
#define ROUNDS_LEAST 50
#define ROUNDS_MOST 600
#define RIGHTS_RECEIVER (RIGHT_RECEIVE | RIGHT_MOVE)

/* Tasks in a ring, one on each CPU at least: each drops what comes and passes on as much that is new. In all more frames go
 * round than the machine has, so that what one CPU frees is of use to the others. */
static void ring(void)
{
    struct machine_statistics machine = {0};
    uint32_t cpus = start_page()->cpu_count;
    uint32_t count = cpus < RING_MAX ? cpus : RING_MAX;
    uint64_t free_before = free_frames();
    handle tasks[RING_MAX + 1];
    handle desk;
    handle here;

    require_success(machine_statistics(&machine));
    uint64_t rounds = machine.usable / RUN * 2 / (count + 1);
    rounds = rounds < ROUNDS_LEAST ? ROUNDS_LEAST : rounds > ROUNDS_MOST ? ROUNDS_MOST : rounds;
    handle next = 0;
    for (uint32_t k = 0; k < count; k++) {
        struct task_plan plan = child_plan("job=pass_on");

        plan.cpu = 1 + k % cpus;
        plan.handle_tables = 3;
        require_success(desk_make(&desk, RIGHTS_RECEIVER, 0, &here));
        require_success(system_call_narrow(desk, RIGHT_CALL | RIGHT_MOVE));
        const struct task_gift gifts[] = {{"here", here}, {"desk", next}};
        plan.gifts = gifts;
        plan.gift_count = next != 0 ? 2 : 1;
        require_success(child_run(&plan, &tasks[k]));
        next = desk;
    }
    for (uint64_t round = 0; round < rounds; round++) {
        struct endpoint_message message = {.count = RUN};

        require_success(frame_allocate_run(RUN, &message.first));
        require_success(endpoint_call(next, &message, 0));
        require(expect_error(message.label, ERROR_NONE));
    }
    struct endpoint_message none = {0}; /* whoever gets none ends */
    expect_error(endpoint_call(next, &none, 0), ERROR_NO_SERVER);
    for (uint32_t k = count; k-- > 0;) {
        child_ends(tasks[k], TASK_END_EXITED, 0);
    }
    require_success(frame_drop(next));
    expect(all_is_back(free_before));
}

/* Each CPU in turn had all memory and gave it back: what its worker keeps for itself, the next one gets all the same, and when
 * somebody is refused really none is left. */
static void hoarders(void)
{
    uint64_t free_before = free_frames();

    FOR_EACH_CPU(cpu) {
        struct machine_statistics machine = {0};
        struct task_gift gifts[] = {{"here", 0}, {"bell", 0}};
        handle desk;
        handle task;

        require_success(desk_make(&desk, RIGHTS_RECEIVER, 0, &gifts[0].value));
        require_success(system_call_badge(desk, 1));
        require_success(bell_make(1, &gifts[1].value));
        require_success(child_start_with("job=fill", gifts, 2, &task));
        require(bells_wait(1, task));
        require_success(machine_statistics(&machine));
        expect_equal(machine.free, 0);
        require_success(system_call_notify(desk));
        child_ends(task, TASK_END_EXITED, ERROR_NO_MEMORY);
        require_success(frame_drop(desk));
        expect(all_is_back(free_before));
    }
}

/* All at the same time: together they get all there is. */
static void fill_everywhere(void)
{
    struct machine_statistics machine = {0};
    uint32_t cpus = start_page()->cpu_count;
    uint32_t count = cpus < RING_MAX ? cpus : RING_MAX;
    uint64_t free_before = free_frames();
    handle desks[RING_MAX];
    handle tasks[RING_MAX];
    uint64_t entries[RING_MAX];
    uint64_t bits = 0;

    for (uint32_t k = 0; k < count; k++) {
        struct task_gift gifts[] = {{"here", 0}, {"bell", 0}};
        struct task_plan plan = child_plan("job=fill");

        plan.cpu = 1 + k;
        plan.gifts = gifts;
        plan.gift_count = 2;
        bits |= UINT64_C(1) << k;
        require_success(desk_make(&desks[k], RIGHTS_RECEIVER, 0, &gifts[0].value));
        require_success(system_call_badge(desks[k], 1));
        require_success(bell_make(UINT64_C(1) << k, &gifts[1].value));
        require_success(child_make(&plan, &tasks[k], &entries[k])); /* all are made before the first takes all */
    }
    for (uint32_t k = 0; k < count; k++) {
        require_success(task_start(tasks[k], entries[k]));
    }
    require(bells_wait(bits, 0));
    require_success(machine_statistics(&machine));
    expect_equal(machine.free, 0);
    for (uint32_t k = 0; k < count; k++) {
        require_success(system_call_notify(desks[k]));
    }
    for (uint32_t k = 0; k < count; k++) {
        child_ends(tasks[k], TASK_END_EXITED, ERROR_NO_MEMORY);
        require_success(frame_drop(desks[k]));
    }
    expect(all_is_back(free_before));
}

static const struct tap_test tests[] = {
    {"ring", ring},
    {"hoarders", hoarders},
    {"fill_everywhere", fill_everywhere},
};

const struct tap_group memory_tests = TAP_GROUP("memory", tests);
