/* Who is told of an end, and when. */
#include "tests/tasks/life/life.h"

/* When its end is told, all that it had is free, but for the task frame that this task has a handle to. */
static void frames_are_back(void)
{
    uint64_t before = free_frames();
    handle task;
    struct endpoint_message message;

    for (int round = 0; round < 3; round++) {
        require_success(child_start("job=exit", &task));
        require_success(endpoint_receive(bells, &message, 0));
        expect_equal(message.notification, BELL_END);
        struct machine_statistics machine = {0};
        require_success(machine_statistics(&machine));
        struct task_facts facts = facts_of(task);
        expect_equal(facts.state, TASK_DEAD);
        require_success(frame_drop(task));
        expect_free(before);
        /* What was missing then: this task's page tables to write the image with, and the husk. */
        expect(before - machine.free >= 1 && before - machine.free <= 3);
    }
}

/* The same with nothing of this task's in between: another child's end is counted. */
static void frames_are_back_exactly(void)
{
    struct task_plan plan = child_plan("job=yield");
    uint64_t entry;
    handle task;

    uint64_t before = free_frames();
    require_success(child_make(&plan, &task, &entry));
    require_success(library_release_tables(NULL));
    require_success(task_start(task, entry));
    require(child_reaches(task, TASK_READY));
    require_success(system_call_kill(task));
    struct endpoint_message message;
    require_success(endpoint_receive(bells, &message, 0));
    expect_equal(message.notification, BELL_END);
    expect_free(before - 1);
    require_success(frame_drop(task));
    expect_free(before);
}

/* The badge of the handle that it was created with tells whose end it is; bits of several add up. */
static void badges_tell_whose(void)
{
    handle tasks[4];
    uint64_t all = 0;

    for (uint32_t k = 0; k < 4; k++) {
        struct task_plan plan = child_plan("job=yield");

        require_success(bell_make(UINT64_C(1) << (4 * k), &plan.end));
        require_success(child_run(&plan, &tasks[k]));
        all |= UINT64_C(1) << (4 * k);
    }
    for (uint32_t k = 0; k < 4; k++) {
        require_success(system_call_kill(tasks[k]));
    }
    for (uint32_t k = 0; k < 4; k++) {
        require(child_reaches(tasks[k], TASK_DEAD));
    }
    struct endpoint_message message;
    require_success(endpoint_receive(bells, &message, 0));
    expect_equal(message.notification, all);
    for (uint32_t k = 0; k < 4; k++) {
        require_success(frame_drop(tasks[k]));
    }
}

static void nobody_is_told(void)
{
    struct task_plan plan = child_plan("job=exit code=2");
    handle task;

    require_success(task_run(&plan, &task));
    child_dies(task, TASK_END_EXITED);
}

/* Who was to be told is gone by then. */
static void told_is_gone(void)
{
    struct task_plan plan = child_plan("job=yield");
    handle desk;
    handle task;

    require_success(desk_make(&desk, RIGHT_NOTIFY | RIGHT_MOVE, 1, &plan.end));
    require_success(task_run(&plan, &task));
    system_call_yield();
    require_success(frame_drop(desk));
    require_success(system_call_kill(task));
    child_dies(task, TASK_END_KILLED);
}

/* Another child is told, which this task only learns from. */
static void another_is_told(void)
{
    struct task_plan plan = child_plan("job=exit");
    handle desk;
    handle here;
    handle told;
    handle task;

    require_success(desk_make(&desk, RIGHT_RECEIVE | RIGHT_MOVE, 0, &here));
    require_success(child_start_with("job=collect bits=8", &(struct task_gift){"here", here}, 1, &told));
    require_success(endpoint_clone(desk, RIGHT_NOTIFY | RIGHT_MOVE, 8, &plan.end));
    require_success(task_run(&plan, &task));
    child_ends(told, TASK_END_EXITED, 1);
    child_dies(task, TASK_END_EXITED);
    require_success(frame_drop(desk));
}

/* The last handle dropped ends a task; its end is told though nobody can look any more. */
static void abandoned_is_told(void)
{
    struct task_plan plan = child_plan("job=yield");
    uint64_t before = free_frames();
    handle task;
    handle second;

    require_success(bell_make(2, &plan.end));
    require_success(child_run(&plan, &task));
    require_success(frame_clone(task, RIGHT_CLONE, &second));
    require_success(frame_drop(task));
    system_call_yield();
    expect_equal(facts_of(second).end, TASK_END_NONE); /* it has a handle yet */
    require_success(frame_drop(second));
    require(bells_wait(2, 0));
    expect_free(before);
}

/* Never started, and fresh. */
static void abandoned_before_start(void)
{
    struct task_plan plan = child_plan("job=exit");
    uint64_t before = free_frames();
    uint64_t entry;
    handle task;

    require_success(bell_make(2, &plan.end));
    require_success(child_make(&plan, &task, &entry));
    require_success(frame_drop(task));
    require(bells_wait(2, 0));
    expect_free(before);
    require_success(object_make(KIND_TASK, &task));
    require_success(frame_drop(task));
    expect_free(before);
}

/* The task dies first and the last handle goes while it gives back what it had. */
static void abandoned_while_dying(void)
{
    struct task_plan plan = child_plan("job=yield");
    uint64_t before = free_frames();
    handle task;

    require_success(bell_make(2, &plan.end));
    require_success(child_run(&plan, &task));
    system_call_yield();
    require_success(system_call_kill(task));
    expect_state(task, TASK_DYING);
    require_success(frame_drop(task));
    require(bells_wait(2, 0));
    expect_free(before);
}

static const struct tap_test tests[] = {
    {"frames_are_back", frames_are_back},
    {"frames_are_back_exactly", frames_are_back_exactly},
    {"badges_tell_whose", badges_tell_whose},
    {"nobody_is_told", nobody_is_told},
    {"told_is_gone", told_is_gone},
    {"another_is_told", another_is_told},
    {"abandoned_is_told", abandoned_is_told},
    {"abandoned_before_start", abandoned_before_start},
    {"abandoned_while_dying", abandoned_while_dying},
};

const struct tap_group notice_tests = TAP_GROUP("notice", tests);
