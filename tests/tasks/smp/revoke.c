/* What is taken from a task of another CPU while it uses it. */
#include "tests/tasks/smp/smp.h"

#include <quire/account.h>
#include <quire/print.h>
#include <quire/format.h>

#define ROUNDS 6
#define ROUNDS_EVERYWHERE 2
#define OLD 1111
#define NEW 2222
#define WRITES 20000

/* A task that has the frame's page mapped, and does the job with it. */
static bool user_start(handle frame, uint32_t rights, const char *job, handle *task)
{
    struct task_gift gifts[] = {{"page", 0}, {"bell", 0}};
    char line[48];

    format_line(line, sizeof(line), "job=%s value=%u", job, OLD);
    return expect_success(frame_clone(frame, rights | RIGHT_MAP | RIGHT_MOVE, &gifts[0].value)) &&
           expect_success(bell_make(1, &gifts[1].value)) && expect_success(child_start_with(line, gifts, 2, task)) &&
           expect(bells_wait(1, *task));
}

/* It ends by a fault where the page was: MAPPING_BASE and its handle's entry. */
static void expect_fault(handle task)
{
    struct task_facts facts = {0};

    if (expect_success(task_wait(task, bells, NULL, &facts))) {
        expect_equal(facts.end, TASK_END_FAULTED);
        expect_equal(facts.vector, VECTOR_PAGE_FAULT);
        expect(facts.address >= MAPPING_BASE && facts.address < MAPPING_BASE + ENTRIES_MAX * FRAME_SIZE);
    }
    expect_success(frame_drop(task));
}

/* It reads in a tight loop. From when revoke has returned it never sees what is written then. */
static void reader(void)
{
    FOR_EACH_CPU(cpu) {
        for (uint32_t round = 0; round < ROUNDS; round++) {
            volatile uint64_t *page;
            uint64_t taken = 0;
            handle frame;
            handle task;

            require_success(frame_allocate(&frame));
            require_success(frame_map_anywhere(frame, RIGHT_READ | RIGHT_WRITE, (void **)&page));
            *page = OLD;
            require(user_start(frame, RIGHT_READ, "watch", &task));
            require_success(frame_revoke(frame, &taken));
            *page = NEW;
            expect_equal(taken, 1);
            expect_fault(task); /* or it exited with NEW */
            require_success(frame_drop(frame));
        }
    }
}

/* It writes in a tight loop: from when revoke has returned nothing of that arrives. */
static void writer(void)
{
    FOR_EACH_CPU(cpu) {
        for (uint32_t round = 0; round < ROUNDS; round++) {
            volatile uint64_t *page;
            handle frame;
            handle task;

            require_success(frame_allocate(&frame));
            require_success(frame_map_anywhere(frame, RIGHT_READ | RIGHT_WRITE, (void **)&page));
            require(user_start(frame, RIGHT_READ | RIGHT_WRITE, "scribble", &task));
            require_success(frame_revoke(frame, NULL));
            *page = NEW;
            for (uint32_t k = 0; k < WRITES; k++) {
                require(expect_equal(*page, NEW));
            }
            expect_fault(task);
            expect_equal(*page, NEW);
            require_success(frame_drop(frame));
        }
    }
}

/* The frame is somebody else's at once. */
static void reader_of_a_frame_that_goes(void)
{
    FOR_EACH_CPU(cpu) {
        for (uint32_t round = 0; round < ROUNDS; round++) {
            volatile uint64_t *page;
            handle frame;
            handle other;
            handle task;

            require_success(frame_allocate(&frame));
            require_success(frame_map_anywhere(frame, RIGHT_READ | RIGHT_WRITE, (void **)&page));
            *page = OLD;
            require(user_start(frame, RIGHT_READ, "watch", &task));
            require_success(frame_revoke(frame, NULL));
            require_success(frame_drop(frame));
            require_success(frame_allocate(&other));
            require_success(frame_map_anywhere(other, RIGHT_READ | RIGHT_WRITE, (void **)&page));
            *page = NEW;
            expect_fault(task);
            require_success(frame_drop(other));
        }
    }
}

/* Readers on all CPUs, two on one of them, lose it in one. */
static void readers_everywhere(void)
{
    uint32_t cpus = start_page()->cpu_count;
    uint32_t readers = cpus + 1;

    for (uint32_t round = 0; round < ROUNDS_EVERYWHERE; round++) {
        volatile uint64_t *page;
        uint64_t taken = 0;
        handle frame;
        handle tasks[WORKERS_MAX + 1];

        require_success(frame_allocate(&frame));
        require_success(frame_map_anywhere(frame, RIGHT_READ | RIGHT_WRITE, (void **)&page));
        *page = OLD;
        for (uint32_t k = 0; k < readers; k++) {
            children_cpu = 1 + (k + round) % cpus;
            require(user_start(frame, RIGHT_READ, "watch", &tasks[k]));
        }
        require_success(frame_revoke(frame, &taken));
        *page = NEW;
        expect_equal(taken, readers);
        for (uint32_t k = 0; k < readers; k++) {
            expect_fault(tasks[k]);
        }
        require_success(frame_drop(frame));
    }
    children_cpu = 0;
}

/* Those who wait at an endpoint, to receive or in its queue. */
static void waiters(void)
{
    static const char *const jobs[] = {"job=receive", "job=call"};

    FOR_EACH_CPU(cpu) {
        for (uint32_t k = 0; k < 2; k++) {
            bool receives = k == 0;
            struct task_gift gift = {receives ? "here" : "desk", 0};
            uint32_t rights = receives ? RIGHT_RECEIVE : RIGHT_CALL;
            handle desk;
            handle task;

            require_success(desk_make(&desk, rights | RIGHT_MOVE, 1, &gift.value));
            require_success(child_start_with(jobs[k], &gift, 1, &task));
            require(child_reaches(task, receives ? TASK_RECEIVING : TASK_CALLING));
            require_success(frame_revoke(desk, NULL));
            child_ends(task, TASK_END_EXITED, ERROR_REVOKED);
            require_success(frame_drop(desk));
        }
    }
}

enum gift { GIFT_FRAME, GIFT_ENDPOINT, GIFT_TASK };

static const struct {
    const char *name;
    enum gift gift;
} uses[] = {
#define USE(NAME, name, gift, text) {#name, GIFT_##gift},
#include "tests/tasks/child/uses.def"
#undef USE
};

static bool is_gone(enum error error)
{
    return error == ERROR_BAD_HANDLE || error == ERROR_STALE_HANDLE || error == ERROR_REVOKED;
}

/* What the handle is to, and its owner's handle, which all others are taken for. */
static bool gift_make(enum gift gift, handle *owner)
{
    switch (gift) {
    case GIFT_FRAME:
        return expect_success(frame_allocate(owner));
    case GIFT_ENDPOINT:
        return expect_success(endpoint_make(owner)) && expect_success(system_call_badge(*owner, 1));
    default:
        return expect_success(child_start("job=yield", owner));
    }
}

static void use_one(uint32_t use)
{
    static const uint32_t rights[] = {[GIFT_FRAME] = RIGHTS_FRAME & ~RIGHT_OWNER,
                                      [GIFT_ENDPOINT] = RIGHTS_ENDPOINT & ~RIGHT_OWNER,
                                      [GIFT_TASK] = RIGHT_OWNER | RIGHT_CLONE | RIGHT_MOVE};
    struct task_gift gifts[] = {{"gift", 0}, {"bell", 0}, {"desk", 0}};
    struct task_facts facts = {0};
    struct server server;
    handle answerer = 0;
    char line[32];
    handle owner;
    handle task;

    require(gift_make(uses[use].gift, &owner));
    require_success(server_start(&server));
    if (use == USE_CALL) { /* somebody answers */
        struct task_gift here = {"here", 0};

        require_success(frame_clone(owner, RIGHT_RECEIVE | RIGHT_MOVE, &here.value));
        require_success(child_start_with("job=receive", &here, 1, &answerer));
    }
    require_success(frame_clone(owner, use == USE_UNIQUE ? RIGHTS_FRAME : rights[uses[use].gift], &gifts[0].value));
    require_success(bell_make(2, &gifts[1].value));
    require_success(frame_clone(server.desk, RIGHT_CALL | RIGHT_MOVE, &gifts[2].value));
    format_line(line, sizeof(line), "job=use use=%u", use);
    if (use == USE_RECEIVE) { /* so that the first time does not wait */
        require_success(system_call_notify(owner));
    }
    require_success(child_start_with(line, gifts, 3, &task));
    if (!bells_wait(2, task)) {
        struct task_facts early = facts_of(task);

        print("# %s: 0x%lx, %s\n", uses[use].name, early.code, error_name(early.code));
        return;
    }
    /* On this CPU each turn is a time slice of that task. */
    for (uint64_t turns = draw(children_cpu == 1 + start_page()->cpu ? 4 : 400); turns > 0; turns--) {
        system_call_yield();
    }
    require_success(frame_revoke(owner, NULL));
    require_success(task_wait(task, bells, NULL, &facts));
    expect_equal(facts.end, TASK_END_EXITED);
    if (!is_gone((enum error)facts.code) && !((use == USE_CALL || use == USE_SEND) && facts.code == ERROR_NO_SERVER)) {
        print("# %s ended with 0x%lx, %s\n", uses[use].name, facts.code, error_name(facts.code));
        expect(false);
    }
    require_success(frame_drop(task));
    if (answerer != 0) {
        struct task_facts end = {0};

        require_success(task_wait(answerer, bells, NULL, &end));
        expect(is_gone((enum error)end.code));
        require_success(frame_drop(answerer));
    }
    server_kill(&server);
    if (uses[use].gift == GIFT_TASK) {
        child_kill(owner);
    } else {
        struct frame_facts left = {0};

        require_success(frame_info(owner, &left));
        /* The only owner's handle was revoked in the midst of its request: so its frame is the other's alone. */
        expect(left.reference_count == 1 || (use == USE_UNIQUE && left.reference_count == REF_COUNT_UNIQUE));
        require_success(frame_drop(owner));
    }
    bells_forget();
}

/* In each kind of system call and request, on another CPU, and once on this one. */
static void while_it_is_used(void)
{
    uint32_t cpus = start_page()->cpu_count;

    for (uint32_t use = 0; use < sizeof(uses) / sizeof(uses[0]); use++) {
        if (cpus > 1) {
            children_cpu = 1 + (start_page()->cpu + 1 + (uint32_t)draw(cpus - 1)) % cpus;
            use_one(use);
        }
        children_cpu = 1 + start_page()->cpu;
        use_one(use);
    }
    children_cpu = 0;
}

static const struct tap_test tests[] = {
    {"reader", reader},
    {"writer", writer},
    {"reader_of_a_frame_that_goes", reader_of_a_frame_that_goes},
    {"readers_everywhere", readers_everywhere},
    {"waiters", waiters},
    {"while_it_is_used", while_it_is_used},
};

const struct tap_group revoke_tests = TAP_GROUP("revoke", tests);
