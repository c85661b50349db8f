#include "tests/children/children.h"

#include <quire/task.h>

/* Turns of the scheduler that a child gets to do what it will do: each is a time slice at the most, and it needs few. */
#define PATIENCE 100000
#define PATIENCE_ELSEWHERE 20000000 /* turns of this CPU, which are short, while that of the child does it */

extern const uint8_t child_file[];
extern const uint64_t child_file_size;

handle bells;
uint32_t children_cpu;
static uint64_t rung;

bool children_initialise(void)
{
    return expect_success(endpoint_make(&bells));
}

/* Marsaglia's xorshift64. */
static uint32_t draw_cpu(void)
{
    static uint64_t state;

    if (start_page()->cpu_count == 1) {
        return 0;
    }
    state = state != 0 ? state : tap_seed() + 1;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return 1 + (uint32_t)(state % start_page()->cpu_count);
}

struct task_plan child_plan(const char *arguments)
{
    uint32_t priority = start_page()->priority;

    return (struct task_plan){.file = child_file,
                              .size = child_file_size,
                              .name = "child",
                              .arguments = arguments,
                              .cpu = children_cpu != 0 ? children_cpu : draw_cpu(),
                              .priority = priority != 0 ? priority : PRIORITY_LOWEST};
}

must_use enum error bell_make(uint64_t bits, handle *bell)
{
    return endpoint_clone(bells, RIGHT_NOTIFY | RIGHT_MOVE, bits, bell);
}

must_use enum error child_make(const struct task_plan *plan, handle *task, uint64_t *entry)
{
    struct task_plan whole = *plan;

    if (plan->end == 0) {
        enum error error = bell_make(BELL_END, &whole.end);

        if (error != ERROR_NONE) {
            return error;
        }
    }
    enum error error = task_make(&whole, task, entry);
    if (error != ERROR_NONE && plan->end == 0) {
        enum error dropped =
            frame_drop(whole.end); /* gone if the task was created; the first error is the one to tell */
        (void)dropped;
    }
    return error;
}

must_use enum error child_run(const struct task_plan *plan, handle *task)
{
    uint64_t entry;
    enum error error = child_make(plan, task, &entry);

    return error != ERROR_NONE ? error : task_start(*task, entry);
}

must_use enum error child_start(const char *arguments, handle *task)
{
    return child_start_with(arguments, NULL, 0, task);
}

must_use enum error child_start_with(const char *arguments, const struct task_gift *gifts, uint32_t count, handle *task)
{
    struct task_plan plan = child_plan(arguments);

    plan.gifts = gifts;
    plan.gift_count = count;
    return child_run(&plan, task);
}

bool bells_wait(uint64_t bits, handle task)
{
    while ((rung & bits) != bits) {
        struct endpoint_message message;
        struct task_facts facts = {0};

        if (!expect_success(endpoint_receive(bells, &message, 0))) {
            return false;
        }
        rung |= message.notification;
        if ((rung & bits) != bits && task != 0 &&
            (!expect_success(system_call_look(task, &facts)) || !expect_equal(facts.end, TASK_END_NONE))) {
            return false;
        }
    }
    rung &= ~bits;
    return true;
}

void bells_forget(void)
{
    struct endpoint_message message;
    handle bell;

    if (expect_success(bell_make(BELL_END, &bell))) { /* so that there is something to receive */
        expect_success(system_call_notify(bell));
        expect_success(endpoint_receive(bells, &message, 0));
        expect_success(frame_drop(bell));
    }
    rung = 0;
}

struct task_facts facts_of(handle task)
{
    struct task_facts facts = {0};

    expect_success(system_call_look(task, &facts));
    return facts;
}

/* Whether a state that was found is as good as the one wanted. */
static bool is_state(enum task_state found, enum task_state wanted)
{
    bool elsewhere = start_page()->cpu_count > 1;

    return found == wanted || (elsewhere && wanted == TASK_READY && found == TASK_RUNNING) ||
           (elsewhere && wanted == TASK_DYING && found == TASK_DEAD);
}

bool expect_state(handle task, enum task_state state)
{
    enum task_state found = facts_of(task).state;

    return is_state(found, state) || expect_equal(found, state);
}

bool expect_free(uint64_t frames)
{
    for (uint32_t turn = 0; start_page()->cpu_count > 1 && turn < PATIENCE && free_frames() != frames; turn++) {
        system_call_yield();
    }
    return expect_equal(free_frames(), frames);
}

bool child_reaches(handle task, enum task_state state)
{
    struct task_facts facts = facts_of(task);

    uint64_t patience = start_page()->cpu_count > 1 ? PATIENCE_ELSEWHERE : PATIENCE;

    for (uint64_t turn = 0; !is_state(facts.state, state) && turn < patience; turn++) {
        system_call_yield();
        if (system_call_look(task, &facts) != ERROR_NONE) {
            break;
        }
    }
    return is_state(facts.state, state) || expect_equal(facts.state, state);
}

static void expect_end(const struct task_facts *facts, enum task_end end, uint64_t code)
{
    expect_equal(facts->state, TASK_DEAD);
    expect_equal(facts->end, end);
    if (end == TASK_END_EXITED) {
        expect_equal(facts->code, code);
    }
}

void child_ends(handle task, enum task_end end, uint64_t code)
{
    struct task_facts facts = {0};

    if (expect_success(task_wait(task, bells, &rung, &facts))) {
        expect_end(&facts, end, code);
    }
    expect_success(frame_drop(task));
}

void child_kill(handle task)
{
    expect_success(task_end(task, bells));
}

void child_dies(handle task, enum task_end end)
{
    if (child_reaches(task, TASK_DEAD)) {
        struct task_facts facts = facts_of(task);

        expect_end(&facts, end, facts.code);
    }
    expect_success(frame_drop(task));
}

uint64_t free_frames(void)
{
    struct machine_statistics machine = {0};

    expect_success(library_release_tables(NULL));
    expect_success(machine_statistics(&machine));
    return machine.free;
}

must_use enum error desk_make(handle *desk, uint32_t rights, uint64_t badge, handle *copy)
{
    enum error error = endpoint_make(desk);

    if (error != ERROR_NONE) {
        return error;
    }
    error = endpoint_clone(*desk, rights, badge, copy);
    if (error != ERROR_NONE) {
        enum error dropped = frame_drop(*desk);
        (void)dropped;
    }
    return error;
}

must_use enum error child_asked(handle desk, struct endpoint_message *message, uint32_t room)
{
    enum error error = endpoint_call(desk, message, room);

    return error != ERROR_NONE ? error : (enum error)message->label;
}
