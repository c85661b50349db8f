/* Callers and receivers that come, stop, go on and die in an order drawn from the seed. At the end nobody may wait. */
#include "tests/tasks/endpoints/endpoints.h"

#define TASKS 16
#define DESKS 3
#define ROUNDS 400
#define SETTLING 100 /* turns after which all have noticed, by far */

static uint64_t state;
static handle desks[DESKS];
static handle tasks[TASKS];

/* Marsaglia's xorshift64. */
static uint64_t draw(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

static bool start(handle *task)
{
    static const struct {
        const char *job;
        const char *gift;
        uint32_t rights;
    } sorts[] = {{"job=call word=1", "desk", RIGHTS_CALLER},
                 {"job=calls", "desk", RIGHTS_CALLER},
                 {"job=receive", "here", RIGHTS_RECEIVER},
                 {"job=keep", "here", RIGHTS_RECEIVER}};
    uint64_t sort = draw(sizeof(sorts) / sizeof(sorts[0]));
    struct task_plan plan = child_plan(sorts[sort].job);
    struct task_gift gift = {sorts[sort].gift, 0};

    plan.gifts = &gift;
    plan.gift_count = 1;
    return expect_success(endpoint_clone(desks[draw(DESKS)], sorts[sort].rights, 1 + draw(UINT32_MAX), &gift.value)) &&
           expect_success(child_run(&plan, task));
}

/* One more thing happens to a task. */
static bool disturb(handle *task)
{
    struct task_facts facts = {0};

    if (*task == 0) {
        return start(task);
    }
    switch (draw(6)) {
    case 0:
        if (system_call_stop(*task) == ERROR_NONE) {
            system_call_yield();
            expect_success(system_call_start(*task, 0, 0));
        }
        break;
    case 1:
        expect_success(frame_drop(*task)); /* abandoned, or dead already */
        *task = 0;
        break;
    case 2:
        child_kill(*task);
        *task = 0;
        break;
    case 3:
        return expect_success(system_call_notify(desks[draw(DESKS)]));
    default:
        system_call_yield();
        expect_success(system_call_look(*task, &facts));
        break;
    }
    return true;
}

/* With all desks gone nobody may wait there; callers whose call somebody keeps are told when he dies. */
static void nobody_waits_for_ever(void)
{
    state = tap_seed() * 2 + 1;
    memset(tasks, 0, sizeof(tasks));
    for (uint32_t k = 0; k < DESKS; k++) {
        require_success(endpoint_make(&desks[k]));
        require_success(system_call_badge(desks[k], 1 + k));
    }
    for (uint32_t round = 0; round < ROUNDS; round++) {
        require(disturb(&tasks[draw(TASKS)]));
    }
    for (uint32_t k = 0; k < DESKS; k++) {
        expect_success(frame_revoke(desks[k], NULL)); /* whoever waits there */
        require_success(frame_drop(desks[k]));
    }
    for (uint32_t k = 0; k < TASKS; k++) { /* keepers are those that yield for ever */
        struct task_facts facts = {.state = TASK_DEAD};

        for (uint32_t turn = 0; turn < SETTLING; turn++) {
            system_call_yield();
        }
        if (tasks[k] != 0) {
            facts = facts_of(tasks[k]);
        }
        expect(facts.state != TASK_CALLING && facts.state != TASK_RECEIVING && facts.state != TASK_STOPPED);
        if (facts.state == TASK_READY || facts.state == TASK_RUNNING) {
            child_kill(tasks[k]);
            tasks[k] = 0;
        }
    }
    for (uint32_t k = 0; k < TASKS; k++) {
        if (tasks[k] != 0) {
            child_dies(tasks[k], TASK_END_EXITED);
        }
    }
    bells_forget();
}

static const struct tap_test tests[] = {
    {"nobody_waits_for_ever", nobody_waits_for_ever},
};

const struct tap_group storm_tests = TAP_GROUP("storm", tests);
