/* Handles taken back from whoever has them, with their mappings. */
#include "tests/tasks/endpoints/endpoints.h"

#define HOLDERS 3
#define COPIES 700 /* more than one message takes away */

/* Tasks that have a frame of this one's mapped. */
struct holders {
    struct server servers[HOLDERS];
    uint64_t addresses[HOLDERS];
    handle theirs[HOLDERS];
};

static bool share(struct holders *holders, handle frame)
{
    for (uint32_t k = 0; k < HOLDERS; k++) {
        uint64_t words[MESSAGE_WORDS];
        handle copy;

        if (!expect_success(server_start(&holders->servers[k])) ||
            !expect_success(frame_clone(frame, RIGHT_READ | RIGHT_WRITE | RIGHT_MAP | RIGHT_MOVE, &copy)) ||
            !expect_success(server_give(&holders->servers[k], copy, &holders->theirs[k])) ||
            !expect_success(
                server_ask(&holders->servers[k], SERVE_MAP, holders->theirs[k], RIGHT_READ | RIGHT_WRITE, words))) {
            return false;
        }
        holders->addresses[k] = words[0];
    }
    return true;
}

static void mapped_copies(void)
{
    struct holders holders;
    uint64_t words[MESSAGE_WORDS];
    uint64_t taken = 0;
    handle frame;
    uint64_t *page;

    require_success(frame_allocate(&frame));
    require_success(frame_map_anywhere(frame, RIGHT_READ | RIGHT_WRITE, (void **)&page));
    *page = 55;
    require(share(&holders, frame));
    for (uint32_t k = 0; k < HOLDERS; k++) {
        require_success(server_ask(&holders.servers[k], SERVE_READ, holders.addresses[k], 0, words));
        expect_equal(words[0], 55);
    }
    require_success(frame_revoke(frame, &taken));
    expect_equal(taken, HOLDERS);
    expect_equal(*page, 55); /* this task's own stays, mapped */
    struct frame_facts facts = {0};
    require_success(frame_info(frame, &facts));
    expect_equal(facts.reference_count, 1);
    expect_error(server_ask(&holders.servers[0], SERVE_INSPECT, holders.theirs[0], 0, NULL), ERROR_BAD_HANDLE);
    expect_error(server_ask(&holders.servers[0], SERVE_UNMAP, holders.theirs[0], 0, NULL), ERROR_BAD_HANDLE);
    for (uint32_t k = 0; k < HOLDERS; k++) { /* each stops at its next access, reading or writing */
        struct task_facts end = {0};

        expect_error(server_ask(&holders.servers[k], k == 1 ? SERVE_WRITE : SERVE_READ, holders.addresses[k], 1, NULL),
                     ERROR_NO_SERVER);
        require_success(task_wait(holders.servers[k].task, bells, NULL, &end));
        expect_equal(end.end, TASK_END_FAULTED);
        expect_equal(end.vector, 14);
        expect_equal(end.address, holders.addresses[k]);
        require_success(frame_drop(holders.servers[k].task));
        require_success(frame_drop(holders.servers[k].desk));
    }
    expect_equal(*page, 55);
    expect_success(frame_revoke(frame, &taken)); /* nothing is left to take */
    expect_equal(taken, 0);
    require_success(frame_drop(frame));
}

/* In this task's own table too; many, by several messages. */
static void own_copies(void)
{
    handle frame;
    handle copies;
    handle mapped;
    uint64_t taken = 0;
    struct handle_facts facts;
    void *page;

    require_success(library_release_tables(NULL));
    uint32_t entries = own_entries_used();

    require_success(frame_allocate(&frame));
    for (uint32_t k = 0; k < COPIES; k++) {
        require_success(frame_clone(frame, RIGHT_READ | RIGHT_MAP, &copies));
    }
    mapped = copies;
    require_success(frame_map_anywhere(mapped, RIGHT_READ, &page));
    require_success(frame_revoke(frame, &taken));
    expect_equal(taken, COPIES);
    expect_error(system_call_inspect(mapped, &facts), ERROR_BAD_HANDLE);
    require_success(frame_drop(frame));
    for (uint32_t index = 1; index < own_entries_limit(); index++) { /* the library can't know what was taken away */
        if (system_call_inspect(handle_make(index, 0), &facts) == ERROR_BAD_HANDLE) {
            own_entries_release(index, 1);
        }
    }
    require_success(library_release_tables(NULL));
    expect_equal(own_entries_used(), entries);
}

static void refusals(void)
{
    handle frame;
    handle weak;

    require_success(frame_allocate(&frame));
    require_success(frame_clone(frame, RIGHTS_FRAME & ~RIGHT_OWNER, &weak));
    expect_error(frame_revoke(weak, NULL), ERROR_MISSING_RIGHT);
    struct frame_facts facts = {0};
    require_success(frame_info(frame, &facts));
    expect_equal(facts.reference_count, 2);
    require_success(frame_drop(weak));
    expect_error(frame_revoke(weak, NULL), ERROR_BAD_HANDLE);
    expect_error(frame_revoke(frame_server(), NULL), ERROR_MISSING_RIGHT);
    require_success(frame_drop(frame));
}

/* The exclusive owner has nothing to revoke; what he shares again can be. */
static void unique(void)
{
    handle frame;
    uint64_t taken = 9;

    require_success(frame_allocate_unique(&frame));
    expect_success(frame_revoke(frame, &taken));
    expect_equal(taken, 0);
    struct frame_facts facts = {0};
    require_success(frame_info(frame, &facts));
    expect_equal(facts.reference_count, REF_COUNT_UNIQUE);
    require_success(frame_drop(frame));
}

/* Then nobody else has it: its kind can be changed, and its frame reused, without anybody seeing. */
static void then_repurpose(void)
{
    struct holders holders;
    handle frame;

    require_success(frame_allocate(&frame));
    require(share(&holders, frame));
    expect_error(frame_repurpose(frame, KIND_ENDPOINT), ERROR_SHARED);
    require_success(frame_revoke(frame, NULL));
    require_success(frame_repurpose(frame, KIND_ENDPOINT));
    for (uint32_t k = 0; k < HOLDERS; k++) {
        server_kill(&holders.servers[k]);
    }
    require_success(frame_drop(frame));
}

/* One that holds a copy revokes all others if it has the owner right, the first one too. */
static void by_another(void)
{
    struct server server;
    handle frame;
    handle copy;
    handle theirs;
    uint64_t words[MESSAGE_WORDS];
    struct handle_facts facts;

    require_success(server_start(&server));
    require_success(frame_allocate(&frame));
    require_success(frame_clone(frame, RIGHTS_FRAME, &copy));
    require_success(server_give(&server, copy, &theirs));
    require_success(server_ask(&server, SERVE_REVOKE, theirs, 0, words));
    expect_equal(words[0], 1);
    expect_error(system_call_inspect(frame, &facts), ERROR_BAD_HANDLE);
    own_entries_release(handle_index(frame), 1);
    server_kill(&server);
}

/* Of an endpoint: callers that wait are told, others find their handle gone; the owner's works. */
static void endpoint_handles(void)
{
    handle desk;
    handle waiting;
    struct server server;
    handle copy;
    handle theirs;
    struct endpoint_message message;

    require_success(endpoint_make(&desk));
    require_success(server_start(&server));
    require_success(frame_clone(desk, RIGHTS_CALLER, &copy));
    require_success(server_give(&server, copy, &theirs));
    require_success(caller_start(desk, "job=call", 1, &waiting));
    require(child_reaches(waiting, TASK_CALLING));
    require_success(frame_revoke(desk, NULL));
    child_ends(waiting, TASK_END_EXITED, ERROR_REVOKED);
    expect_error(server_ask(&server, SERVE_CALL, theirs, 1, NULL), ERROR_BAD_HANDLE);
    require_success(caller_start(desk, "job=call", 2, &waiting)); /* anew */
    require_success(endpoint_receive(desk, &message, 0));
    expect_equal(message.badge, 2);
    answer(&message);
    child_ends(waiting, TASK_END_EXITED, CALL_ANSWERED);
    server_kill(&server);
    require_success(frame_drop(desk));
}

/* A call with handles that is in the queue then: they are the caller's still, and end with it. */
static void queued_with_handle(void)
{
    handle desk;
    handle copy;
    handle frame;
    handle task;

    require_success(desk_make(&desk, RIGHTS_CALLER, 1, &copy));
    require_success(frame_allocate(&frame));
    const struct task_gift gifts[] = {{"desk", copy}, {"gift", frame}};
    require_success(child_start_with("job=call", gifts, 2, &task));
    require(child_reaches(task, TASK_CALLING));
    require_success(frame_revoke(desk, NULL));
    child_ends(task, TASK_END_EXITED, ERROR_REVOKED);
    require_success(frame_drop(desk));
}

/* A call whose answer is under way is answered all the same. */
static void call_in_service(void)
{
    handle desk;
    handle task;
    struct endpoint_message message;

    require_success(endpoint_make(&desk));
    require_success(caller_start(desk, "job=call", 1, &task));
    require_success(endpoint_receive(desk, &message, 0));
    require_success(frame_revoke(desk, NULL));
    message = (struct endpoint_message){.label = 3};
    answer(&message);
    child_ends(task, TASK_END_EXITED, CALL_ANSWERED + 3);
    require_success(frame_drop(desk));
}

/* Who waits to receive is told; who has the last such handle then is the owner. */
static void receiver(void)
{
    handle desk;
    handle here;
    handle task;
    handle caller;
    struct endpoint_message message;

    require_success(desk_make(&desk, RIGHTS_RECEIVER, 0, &here));
    require_success(child_start_with("job=receive", &(struct task_gift){"here", here}, 1, &task));
    require(child_reaches(task, TASK_RECEIVING));
    require_success(frame_revoke(desk, NULL));
    child_ends(task, TASK_END_EXITED, ERROR_REVOKED);
    require_success(caller_start(desk, "job=call", 1, &caller));
    require_success(endpoint_receive(desk, &message, 0));
    answer(&message);
    child_ends(caller, TASK_END_EXITED, CALL_ANSWERED);
    require_success(frame_drop(desk));
}

/* Whom a task's end would notify, taken away: it ends all the same. */
static void end_of_a_task(void)
{
    struct task_plan plan = child_plan("job=yield");
    handle desk;
    handle task;
    uint64_t taken;

    require_success(desk_make(&desk, RIGHT_NOTIFY | RIGHT_MOVE, 1, &plan.end));
    require_success(task_run(&plan, &task));
    require_success(frame_revoke(desk, &taken));
    expect_equal(taken, 1);
    require_success(system_call_kill(task));
    child_dies(task, TASK_END_KILLED);
    require_success(frame_drop(desk));
}

/* Handles to a task. */
static void task_handles(void)
{
    struct server server;
    handle task;
    handle copy;
    handle theirs;

    require_success(server_start(&server));
    require_success(child_start("job=yield", &task));
    require_success(frame_clone(task, RIGHT_OWNER | RIGHT_MOVE, &copy));
    require_success(server_give(&server, copy, &theirs));
    require_success(frame_revoke(task, NULL));
    expect_error(server_ask(&server, SERVE_KILL, theirs, 0, NULL), ERROR_BAD_HANDLE);
    expect_equal(facts_of(task).end, TASK_END_NONE);
    child_kill(task);
    server_kill(&server);
}

/* From a task that is stopped, dying or dead. */
static void from_ended_tasks(void)
{
    struct holders holders;
    handle frame;
    uint64_t taken = 0;

    require_success(frame_allocate(&frame));
    require(share(&holders, frame));
    require_success(system_call_stop(holders.servers[0].task));
    require_success(system_call_kill(holders.servers[1].task)); /* it gives back what it has when it gets its turn */
    if (start_page()->cpu_count == 1) {
        expect_state(holders.servers[1].task, TASK_DYING);
    }
    require_success(frame_revoke(frame, &taken));
    expect(taken == HOLDERS ||
           (taken == HOLDERS - 1 && start_page()->cpu_count > 1)); /* one has had its turn on its CPU */
    struct frame_facts facts = {0};
    require_success(frame_info(frame, &facts));
    expect_equal(facts.reference_count, 1);
    child_ends(holders.servers[1].task, TASK_END_KILLED, 0);
    require_success(frame_drop(holders.servers[1].desk));
    server_kill(&holders.servers[0]);
    server_kill(&holders.servers[2]);
    require_success(frame_drop(frame));
}

static const struct tap_test tests[] = {
    {"mapped_copies", mapped_copies},
    {"own_copies", own_copies},
    {"refusals", refusals},
    {"unique", unique},
    {"then_repurpose", then_repurpose},
    {"by_another", by_another},
    {"endpoint_handles", endpoint_handles},
    {"queued_with_handle", queued_with_handle},
    {"call_in_service", call_in_service},
    {"receiver", receiver},
    {"end_of_a_task", end_of_a_task},
    {"task_handles", task_handles},
    {"from_ended_tasks", from_ended_tasks},
};

const struct tap_group revoke_tests = TAP_GROUP("revoke", tests);
