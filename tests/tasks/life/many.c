/* Thousands of tasks, started and ended in every way, drawn from the seed; then all frames are counted. */
#include "tests/tasks/life/life.h"

#include <quire/format.h>
#include <quire/print.h>

/* On several CPUs, which an emulator may run by turns, they wait for each other. */
#define TASKS_USUAL (start_page()->cpu_count == 1 ? 10000 : 1200 / start_page()->cpu_count)
#define PROGRESS 500
#define ALIVE 24 /* at the same time, at the most */
#define ARGUMENTS_MAX 64

static uint64_t state;
static handle alive[ALIVE];
static uint64_t ended[TASK_END_ABANDONED + 1];

/* Marsaglia's xorshift64. */
static uint64_t draw(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

/* A desk that two children share: one may receive there, the other call. This task has none of it. */
static bool make_pair(handle *here, handle *there)
{
    handle desk;

    return expect_success(desk_make(&desk, RIGHT_RECEIVE | RIGHT_MOVE, 0, here)) &&
           expect_success(endpoint_clone(desk, RIGHT_CALL | RIGHT_MOVE, 0, there)) && expect_success(frame_drop(desk));
}

static bool start(const char *arguments, const struct task_gift *gift, uint64_t place)
{
    struct task_plan plan = child_plan(arguments);

    plan.gifts = gift;
    plan.gift_count = gift != NULL;
    plan.no_fpu = draw(4) == 0;
    plan.priority = 1 + (uint32_t)draw(start_page()->priority);
    return expect_success(child_run(&plan, &alive[place]));
}

/* A task without an image, stopped or, since it faults at once, as good as dead. */
static bool start_bare(uint64_t place)
{
    handle end = 0;

    if (draw(2) == 0 && !expect_success(bell_make(BELL_END, &end))) {
        return false;
    }
    return expect_success(bare_make(end, &alive[place])) &&
           (draw(4) == 0 || expect_success(system_call_start(alive[place], 0x1000, 0)));
}

/* Starts one or two tasks; returns how many, 0 when something failed. Those that use up their time slices are rare. */
static uint32_t start_some(uint64_t place)
{
    char arguments[ARGUMENTS_MAX];
    handle here;
    handle there;

    switch (draw(20)) {
    case 0:
        format_line(arguments, sizeof(arguments), "job=churn seed=%lu", draw(UINT32_MAX));
        return start(arguments, NULL, place);
    case 1:
        return start("job=spin", NULL, place);
    case 2:
    case 3:
        return start("job=hold frames=20 mapped=3 copies=20 records=2 endpoints=2 fresh=1 lists=4", NULL, place);
    case 4:
    case 5:
        return start("job=breed count=3", NULL, place);
    case 6:
    case 7: /* a pair of which one calls and the other answers, or keeps */
        if (!make_pair(&here, &there) ||
            !start(draw(2) == 0 ? "job=receive" : "job=keep", &(struct task_gift){"here", here}, place) ||
            !start("job=call", &(struct task_gift){"desk", there}, place + 1)) {
            return 0;
        }
        return 2;
    case 8:
    case 9:
        return start("job=yield", NULL, place);
    case 10:
    case 11:
    case 12:
        return start("job=exit code=1", NULL, place);
    case 13:
    case 14:
    case 15:
        format_line(arguments, sizeof(arguments), "job=fault deed=%lu", draw(DEED_SIMD));
        return start(arguments, NULL, place);
    default:
        return start_bare(place);
    }
}

/* Ends what lives yet in one of many ways, and drops it. */
static void end_one(handle task)
{
    struct task_facts facts;

    switch (draw(5)) {
    case 0: /* abandoned, or dead already */
        break;
    case 1: /* stopped first */
        if (system_call_stop(task) == ERROR_NONE) {
            expect_success(system_call_kill(task));
        }
        break;
    case 2: /* stopped and started */
        if (system_call_look(task, &facts) == ERROR_NONE && facts.state != TASK_STOPPED &&
            system_call_stop(task) == ERROR_NONE) {
            expect_success(system_call_start(task, 0, 0));
        }
        break;
    default: {
        enum error error = system_call_kill(task);

        expect(error == ERROR_NONE || error == ERROR_ENDED);
        for (uint32_t turn = 0; turn < 3; turn++) {
            system_call_yield();
        }
        break;
    }
    }
    expect_success(system_call_look(task, &facts));
    ended[facts.end == TASK_END_NONE ? TASK_END_ABANDONED : facts.end]++;
    expect_success(frame_drop(task));
}

/* Fills the places, lets all run a while, ends all in an order drawn. */
static uint64_t round_of_tasks(void)
{
    uint64_t count = 0;

    while (count + 2 <= ALIVE) {
        uint32_t more = start_some(count);

        if (more == 0) {
            break;
        }
        count += more;
        if (draw(3) == 0) {
            system_call_yield();
        }
    }
    for (uint64_t turns = draw(8); turns > 0; turns--) {
        system_call_yield();
    }
    for (uint64_t left = count; left > 0; left--) {
        uint64_t place = draw(left);

        end_one(alive[place]);
        alive[place] = alive[left - 1];
    }
    return count;
}

/* Those of lower priority, and those that nobody looks at, give back what they have when this task lets them: all of
 * them, or it never comes to an end. */
static void expect_all_back(uint64_t before)
{
    handle last;

    for (uint32_t turn = 0; turn < 1000 && free_frames() != before; turn++) {
        struct task_plan plan = child_plan("job=exit"); /* below all: when it has ended, nobody else could run */

        plan.priority = PRIORITY_LOWEST;
        if (!expect_success(child_run(&plan, &last))) {
            return;
        }
        child_ends(last, TASK_END_EXITED, 0);
    }
    expect_free(before);
}

static void tasks_come_and_go(void)
{
    uint64_t total = start_option_number(start_page()->arguments, "tasks", TASKS_USUAL);
    uint64_t before = free_frames();
    uint64_t told = 0;

    state = tap_seed() * 2 + 1;
    memset(ended, 0, sizeof(ended));
    for (uint64_t done = 0; done < total;) {
        uint64_t count = round_of_tasks();

        if (!expect(count > 0)) {
            return;
        }
        done += count;
        if (done / PROGRESS > told) {
            told = done / PROGRESS;
            print("# %lu tasks\n", done);
        }
        if (draw(8) == 0) {
            expect_all_back(before);
        }
    }
    expect_all_back(before);
    print("# exited %lu, faulted %lu, killed %lu, abandoned %lu: %lu frames lost\n", ended[TASK_END_EXITED],
          ended[TASK_END_FAULTED], ended[TASK_END_KILLED], ended[TASK_END_ABANDONED], before - free_frames());
    bells_forget();
}

static const struct tap_test tests[] = {
    {"tasks_come_and_go", tasks_come_and_go},
};

const struct tap_group many_tests = TAP_GROUP("many", tests);
