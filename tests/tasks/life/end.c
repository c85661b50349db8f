/* How tasks end by themselves, and what is told of it. */
#include "tests/tasks/life/life.h"

#include <quire/format.h>

#define ARGUMENTS_MAX 80

static void exits_with_code(void)
{
    static const char *const jobs[] = {"job=exit code=0", "job=exit code=7", "job=exit code=18446744073709551600"};
    static const uint64_t codes[] = {0, 7, UINT64_MAX - 15};

    for (size_t k = 0; k < sizeof(codes) / sizeof(codes[0]); k++) {
        handle task;

        require_success(child_start(jobs[k], &task));
        child_ends(task, TASK_END_EXITED, codes[k]);
    }
}

/* Starts a deed's doer, and waits until it is dead. */
static bool do_deed(enum deed deed, struct task_facts *facts)
{
    char arguments[ARGUMENTS_MAX] = "";
    struct task_plan plan = child_plan(arguments);
    handle task;

    format_line(arguments, sizeof(arguments), "job=fault deed=%u", deed);
    plan.no_fpu = deed == DEED_NO_FPU;
    return expect_success(child_run(&plan, &task)) && expect_success(task_wait(task, bells, NULL, facts)) &&
           expect_success(frame_drop(task));
}

static void expect_fault(enum deed deed, uint64_t vector)
{
    struct task_facts facts = {0};

    if (!do_deed(deed, &facts)) {
        return;
    }
    if (deed == DEED_SIMD && facts.end == TASK_END_EXITED) {
        tap_skip("this machine knows no SIMD FPU errors");
        return;
    }
    expect_equal(facts.state, TASK_DEAD);
    expect_equal(facts.end, TASK_END_FAULTED);
    if (deed != DEED_STACK || facts.vector != 13) { /* QEMU knows no stack fault for that */
        expect_equal(facts.vector, vector);
    }
    expect(facts.code >= USER_START && facts.code < STACK_TOP);
    if (vector != 14) { /* page fault: only then is there an address */
        expect_equal(facts.address, 0);
    }
}

#define DEED(number, NAME, name, vector, text)                                                                         \
    static void fault_##number(void)                                                                                   \
    {                                                                                                                  \
        expect_fault(DEED_##NAME, vector);                                                                             \
    }
#include "tests/tasks/child/deeds.def"
#undef DEED

static void fault_tells_address(void)
{
    struct task_facts facts = {0};
    handle task;

    require_success(child_start("job=read address=81985529216486895", &task)); /* 0x123456789abcdef: not canonical */
    require_success(task_wait(task, bells, NULL, &facts));
    expect_equal(facts.vector, 13);
    expect_equal(facts.address, 0);
    require_success(frame_drop(task));

    require_success(child_start("job=read address=305419896", &task)); /* 0x12345678 */
    require_success(task_wait(task, bells, NULL, &facts));
    expect_equal(facts.vector, 14);
    expect_equal(facts.address, 0x12345678);
    expect(facts.code >= 0x400000 && facts.code < 0x500000); /* its image: libipc/task.lds */
    require_success(frame_drop(task));

    require_success(child_start("job=leap address=305419896", &task));
    require_success(task_wait(task, bells, NULL, &facts));
    expect_equal(facts.vector, 14);
    expect_equal(facts.address, 0x12345678);
    expect_equal(facts.code, 0x12345678);
    require_success(frame_drop(task));
}

static void ends_as_text(void)
{
    char text[ARGUMENTS_MAX];

    task_end_text(&(struct task_facts){.state = TASK_DEAD, .end = TASK_END_EXITED, .code = 9}, text, sizeof(text));
    expect(strcmp(text, "ended with 9") == 0);
    task_end_text(
        &(struct task_facts){.state = TASK_DEAD, .end = TASK_END_FAULTED, .vector = 14, .code = 0x401000, .address = 8},
        text, sizeof(text));
    expect(strcmp(text, "stopped: page fault at rip 0x401000, address 0x8") == 0);
}

/* All states that a task has from a frame to a husk, and what can be done to it in each. */
static void look_tells_states(void)
{
    struct task_parts parts;
    struct task_facts facts = {0};
    handle task;

    require_success(bare_parts(&task, &parts));
    expect_success(system_call_look(task, &facts));
    expect_equal(facts.state, TASK_FRESH);
    expect_equal(facts.end, TASK_END_NONE);
    expect_error(system_call_start(task, 0x1000, 0), ERROR_NOT_CREATED);
    expect_error(system_call_stop(task), ERROR_NOT_CREATED);
    expect_error(system_call_kill(task), ERROR_NOT_CREATED);
    require_success(bell_make(BELL_END, &parts.end));
    parts.priority--; /* it runs only when this task waits */
    require_success(bare_create(task, &parts));
    expect_success(system_call_look(task, &facts));
    expect_equal(facts.state, TASK_STOPPED);
    expect_error(system_call_start(task, 0, 0), ERROR_BAD_ADDRESS); /* it never ran */
    require_success(system_call_start(task, 0x1000, 0));
    expect_success(system_call_look(task, &facts));
    expect_equal(facts.state, TASK_READY);
    require_success(task_wait(task, bells, NULL, &facts));
    expect_equal(facts.state, TASK_DEAD);
    expect_equal(facts.end, TASK_END_FAULTED);
    expect_equal(facts.code, 0x1000);
    expect_error(system_call_start(task, 0x1000, 0), ERROR_ENDED);
    expect_error(system_call_start(task, 0, 0), ERROR_ENDED);
    expect_error(system_call_stop(task), ERROR_ENDED);
    expect_error(system_call_kill(task), ERROR_ENDED);
    require_success(frame_drop(task));
    expect_error(system_call_look(task, &facts), ERROR_BAD_HANDLE);
}

/* Other things than tasks, and no handle at all. */
static void refusals(void)
{
    struct task_facts facts;
    handle frame;
    handle task;
    handle weak;

    require_success(frame_allocate(&frame));
    expect_error(system_call_look(frame, &facts), ERROR_WRONG_KIND);
    expect_error(system_call_start(frame, 0x1000, 0), ERROR_WRONG_KIND);
    expect_error(system_call_stop(frame), ERROR_WRONG_KIND);
    expect_error(system_call_kill(frame), ERROR_WRONG_KIND);
    expect_error(system_call_kill(frame_server()), ERROR_WRONG_KIND);
    require_success(frame_drop(frame));
    expect_error(system_call_look(frame, &facts), ERROR_BAD_HANDLE);
    expect_error(system_call_kill(frame), ERROR_BAD_HANDLE);
    expect_error(system_call_kill(0), ERROR_BAD_HANDLE);

    require_success(child_start("job=yield", &task));
    require_success(frame_clone(task, RIGHT_MOVE | RIGHT_CLONE, &weak)); /* may look and nothing else */
    expect_success(system_call_look(weak, &facts));
    expect_error(system_call_stop(weak), ERROR_MISSING_RIGHT);
    expect_error(system_call_kill(weak), ERROR_MISSING_RIGHT);
    expect_error(system_call_start(weak, 0, 0), ERROR_MISSING_RIGHT);
    expect_error(system_call_start(task, 0, 0), ERROR_RUNNING);
    expect_error(system_call_start(task, 0x400000, STACK_TOP), ERROR_RUNNING);
    require_success(frame_drop(weak));
    child_kill(task);
}

static const struct tap_test tests[] = {
    {"exits_with_code", exits_with_code},
#define DEED(number, NAME, name, vector, text) {"fault_" name, fault_##number},
#include "tests/tasks/child/deeds.def"
#undef DEED
    {"fault_tells_address", fault_tells_address}, {"ends_as_text", ends_as_text},
    {"look_tells_states", look_tells_states},     {"refusals", refusals},
};

const struct tap_group end_tests = TAP_GROUP("end", tests);
