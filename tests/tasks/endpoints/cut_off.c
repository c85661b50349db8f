/* Callers and receivers that die while a call is under way, with handles and without. */
#include "tests/tasks/endpoints/endpoints.h"

/* Starts a caller whose call moves a frame; *address: the frame's. */
static bool start_giver(handle desk, handle *task, uint64_t *address)
{
    struct frame_facts facts = {0};
    handle frame;
    handle copy;

    if (!expect_success(frame_allocate(&frame)) || !expect_success(frame_info(frame, &facts)) ||
        !expect_success(endpoint_clone(desk, RIGHTS_CALLER, 1, &copy))) {
        return false;
    }
    *address = facts.address;
    const struct task_gift gifts[] = {{"desk", copy}, {"gift", frame}};
    return expect_success(child_start_with("job=call", gifts, 2, task));
}

static uint64_t count_at(uint64_t address)
{
    struct frame_facts facts = {0};

    expect_success(frame_info_at(address, &facts));
    return facts.reference_count;
}

/* In the queue, what its call would move is its own, and ends with it. */
static void caller_dies_queued(void)
{
    handle desk;
    handle task;
    uint64_t address;

    require_success(endpoint_make(&desk));
    require(start_giver(desk, &task, &address));
    require(child_reaches(task, TASK_CALLING));
    expect_equal(count_at(address), 1);
    child_kill(task);
    expect_equal(count_at(address), REF_COUNT_UNUSED);
    require_success(frame_drop(desk));
}

/* Once received, what it moved is the receiver's; the answer goes nowhere, and handles in it stay. */
static void caller_dies_awaiting(void)
{
    handle desk;
    handle task;
    handle frame;
    uint64_t address;
    struct endpoint_message message;

    require_success(endpoint_make(&desk));
    require(start_giver(desk, &task, &address));
    require_success(endpoint_receive(desk, &message, 1));
    require(expect_equal(message.count, 1));
    frame = message.first;
    require_success(system_call_kill(task));
    child_dies(task, TASK_END_KILLED);
    expect_equal(count_at(address), 1);
    message = (struct endpoint_message){.first = frame, .count = 1};
    expect_error(endpoint_reply_receive(desk, &message, 0), ERROR_NO_CALLER);
    expect_equal(message.count, 1);
    expect_equal(count_at(address), 1);
    require_success(frame_drop(frame));
    bells_forget();
    require_success(frame_drop(desk));
}

/* The receiver dies with the call: without handles NoServer, since nothing has happened that the caller can't undo. */
static void receiver_dies(void)
{
    handle desk;
    handle here;
    handle task;
    handle keeper;

    require_success(desk_make(&desk, RIGHTS_RECEIVER, 0, &here));
    require_success(child_start_with("job=keep", &(struct task_gift){"here", here}, 1, &keeper));
    require_success(caller_start(desk, "job=call", 1, &task));
    require(child_reaches(task, TASK_AWAITING));
    child_kill(keeper);
    child_ends(task, TASK_END_EXITED, ERROR_NO_SERVER);
    require_success(frame_drop(desk));
}

/* With handles Interrupted: they are gone with the receiver. */
static void receiver_dies_with_handles(void)
{
    handle desk;
    handle here;
    handle task;
    handle keeper;
    uint64_t address;

    require_success(desk_make(&desk, RIGHTS_RECEIVER, 0, &here));
    require_success(child_start_with("job=keep", &(struct task_gift){"here", here}, 1, &keeper));
    require(start_giver(desk, &task, &address));
    require(child_reaches(task, TASK_AWAITING));
    expect_equal(count_at(address), 1);
    child_kill(keeper);
    child_ends(task, TASK_END_EXITED, ERROR_INTERRUPTED);
    expect_equal(count_at(address), REF_COUNT_UNUSED);
    require_success(frame_drop(desk));
}

/* It dies of a fault in the midst of serving this task; and by its own hand. */
static void receiver_faults(void)
{
    struct server server;

    require_success(server_start(&server));
    expect_error(server_ask(&server, SERVE_READ, 0x10, 0, NULL), ERROR_NO_SERVER);
    child_ends(server.task, TASK_END_FAULTED, 0);
    require_success(frame_drop(server.desk));
    require_success(server_start(&server));
    expect_error(server_ask(&server, SERVE_EXIT, 3, 0, NULL), ERROR_NO_SERVER);
    child_ends(server.task, TASK_END_EXITED, 3);
    require_success(frame_drop(server.desk));
}

/* The same with handles that this task moved: the library knows that they are gone. */
static void receiver_faults_with_handles(void)
{
    struct server server;
    handle frames;
    uint32_t used;

    require_success(server_start(&server));
    require_success(frame_allocate_run(5, &frames));
    used = own_entries_used();
    struct endpoint_message message = {.label = SERVE_EXIT, .words = {6}, .first = frames, .count = 5};
    expect_error(endpoint_call(server.desk, &message, 0), ERROR_INTERRUPTED);
    expect_equal(message.count, 0);
    expect_equal(own_entries_used(), used - 5);
    child_ends(server.task, TASK_END_EXITED, 6);
    require_success(frame_drop(server.desk));
}

#define RELAYS 5

/* A row of calls: a caller, relays each of which waits for the next one's answer, and one who never answers. */
struct row {
    handle desks[RELAYS + 1];
    handle relays[RELAYS];
    handle keeper;
    handle caller;
};

static bool row_start(struct row *row)
{
    bool good = true;

    for (uint32_t k = 0; k <= RELAYS; k++) {
        good = good && expect_success(endpoint_make(&row->desks[k]));
    }
    for (uint32_t k = 0; k < RELAYS && good; k++) {
        struct task_gift gifts[] = {{"here", 0}, {"desk", 0}};

        good = expect_success(frame_clone(row->desks[k], RIGHTS_RECEIVER, &gifts[0].value)) &&
               expect_success(frame_clone(row->desks[k + 1], RIGHTS_CALLER, &gifts[1].value)) &&
               expect_success(child_start_with("job=relay", gifts, 2, &row->relays[k]));
    }
    handle here = 0;
    return good && expect_success(frame_clone(row->desks[RELAYS], RIGHTS_RECEIVER, &here)) &&
           expect_success(child_start_with("job=keep", &(struct task_gift){"here", here}, 1, &row->keeper)) &&
           expect_success(caller_start(row->desks[0], "job=call word=100", 0, &row->caller)) &&
           child_reaches(row->relays[RELAYS - 1], TASK_AWAITING);
}

static void row_end(const struct row *row)
{
    for (uint32_t k = 0; k <= RELAYS; k++) {
        expect_success(frame_drop(row->desks[k]));
    }
}

/* The last one's end is told from one to the next; each relay adds 1 to what it is told. */
static void row_from_the_end(void)
{
    struct row row;

    require(row_start(&row));
    child_kill(row.keeper);
    child_ends(row.caller, TASK_END_EXITED, CALL_ANSWERED + ERROR_NO_SERVER + RELAYS);
    for (uint32_t k = 0; k < RELAYS; k++) {
        expect_state(row.relays[k], TASK_RECEIVING);
        child_kill(row.relays[k]);
    }
    row_end(&row);
}

/* One in the midst: those before it are told, those behind it wait as before. */
static void row_from_the_midst(void)
{
    struct row row;

    require(row_start(&row));
    child_kill(row.relays[2]);
    child_ends(row.caller, TASK_END_EXITED, CALL_ANSWERED + ERROR_NO_SERVER + 2);
    expect_state(row.relays[3], TASK_AWAITING);
    expect_state(row.relays[4], TASK_AWAITING);
    child_kill(row.keeper);
    for (uint32_t k = 0; k < RELAYS; k++) {
        if (k != 2) {
            require(child_reaches(row.relays[k], TASK_RECEIVING));
            child_kill(row.relays[k]);
        }
    }
    row_end(&row);
}

static const struct tap_test tests[] = {
    {"caller_dies_queued", caller_dies_queued}, {"caller_dies_awaiting", caller_dies_awaiting},
    {"receiver_dies", receiver_dies},           {"receiver_dies_with_handles", receiver_dies_with_handles},
    {"receiver_faults", receiver_faults},       {"receiver_faults_with_handles", receiver_faults_with_handles},
    {"row_from_the_end", row_from_the_end},     {"row_from_the_midst", row_from_the_midst},
};

const struct tap_group cut_off_tests = TAP_GROUP("cut_off", tests);
