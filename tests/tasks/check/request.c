/* Messages and system calls as the library never sends them. */
#include "tests/tasks/check/check.h"
#include <quire/list.h>
#include <quire/print.h>

static void unknown_operations(void)
{
    static const uint64_t labels[] = {MESSAGES, MESSAGES + 1, UINT32_MAX, UINT64_C(1) << 31};

    for (uint32_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, 0, 0, 0, 0), .rsi = labels[i]};

        expect_error(send_raw(&message), ERROR_BAD_OPERATION);
    }
}

static void unknown_system_calls(void)
{
    for (uint64_t number = SYSTEM_CALLS; number < 256; number++) {
        struct message message = {.rax = number | UINT64_MAX << 8,
                                  .rdi = UINT64_MAX,
                                  .rsi = UINT64_MAX,
                                  .words = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX},
                                  .r13 = UINT64_MAX,
                                  .r14 = UINT64_MAX};

        system_call_call(&message);
        expect_error(rax_status(message.rax), ERROR_BAD_SYSTEM_CALL);
        expect_equal(message.rax, ERROR_BAD_SYSTEM_CALL);
        expect_equal(message.rdi | message.rsi | message.words[0] | message.words[1] | message.words[2] |
                         message.words[3] | message.words[4] | message.r13 | message.r14,
                     0);
    }
}

static void bad_counts(void)
{
    static const uint32_t counts[] = {0, 513, UINT16_MAX};

    for (uint32_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct message message = {
            .rax = rax_make(SYSTEM_CALL_CALL, ACTION_GRANT, MODE_NONE, counts[i], own_entries_limit() - 1),
            .rsi = MESSAGE_ALLOC};

        expect_error(send_raw(&message), ERROR_BAD_COUNT);
    }
}

/* Requests that are about one frame refuse to be about none or several. */
static void bad_counts_of_one(void)
{
    struct snapshot before;
    handle frame;

    require_success(frame_allocate_run(2, &frame));
    before = snapshot(frame);
    const struct {
        enum operation operation;
        enum action want;
        enum mode mode;
        uint32_t count;
    } cases[] = {
        {MESSAGE_CLAIM, ACTION_GRANT, MODE_NONE, 0},          {MESSAGE_LOOKUP, ACTION_CLONE, MODE_NONE, 2},
        {MESSAGE_REPURPOSE, ACTION_CONVERT, MODE_BORROW, 2},  {MESSAGE_INFO, ACTION_NONE, MODE_BORROW, 2},
        {MESSAGE_INFO, ACTION_NONE, MODE_BORROW, UINT16_MAX}, {MESSAGE_METADATA, ACTION_NONE, MODE_BORROW, 2},
        {MESSAGE_SET_METADATA, ACTION_NONE, MODE_BORROW, 2},  {MESSAGE_LIST_TAKE, ACTION_HAND_BACK, MODE_BORROW, 2},
        {MESSAGE_LIST_LOOK, ACTION_NONE, MODE_BORROW, 2},     {MESSAGE_LIST_WRITE, ACTION_NONE, MODE_BORROW, 2},
        {MESSAGE_LIST_CLEAR, ACTION_NONE, MODE_BORROW, 2},    {MESSAGE_CLONE, ACTION_CLONE, MODE_BORROW, 513},
        {MESSAGE_UNIQUE, ACTION_NONE, MODE_BORROW, 513},      {MESSAGE_SHARE, ACTION_NONE, MODE_BORROW, UINT16_MAX},
        {MESSAGE_CHECK, ACTION_NONE, MODE_BORROW, 513},       {MESSAGE_DROP, ACTION_NONE, MODE_DROP, 0},
        {MESSAGE_DROP, ACTION_NONE, MODE_DROP, 513},          {MESSAGE_NOTHING, ACTION_MOVE, MODE_NONE, 0},
        {MESSAGE_NOTHING, ACTION_MOVE, MODE_NONE, 513},       {MESSAGE_NOTHING, ACTION_HAND_BACK, MODE_NONE, 0},
    };
    for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct message message = {
            .rax = rax_make(SYSTEM_CALL_CALL, cases[i].want, cases[i].mode, cases[i].count, own_entries_limit() - 2),
            .rsi = cases[i].operation,
            .words = {before.frame.address, RIGHT_READ},
            .r13 = frame};

        if (!expect_error(send_raw(&message), ERROR_BAD_COUNT)) {
            print("#   operation %u, count %u\n", cases[i].operation, cases[i].count);
        }
    }
    for (uint32_t count = 0; count <= MOVE_HANDLES_MAX + 1; count += MOVE_HANDLES_MAX + 1) {
        struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_MOVE, count, 0),
                                  .rdi = start_handle("peer"),
                                  .rsi = PEER_KEEP,
                                  .r13 = frame};

        system_call_call(&message);
        expect_error(rax_status(message.rax), ERROR_BAD_COUNT);
    }
    expect_unchanged(frame, &before);
    expect_success(frame_drop_run(frame, 2, NULL));
}

static void destination(void)
{
    uint32_t limit = own_entries_limit();
    struct snapshot before;
    handle frame;

    require_success(frame_allocate(&frame));
    before = snapshot(frame);
    const struct {
        uint32_t dst;
        uint32_t count;
        enum error error;
    } cases[] = {
        {handle_index(frame), 1, ERROR_OCCUPIED},
        {handle_index(frame) - 1, 2, ERROR_OCCUPIED},
        {HANDLE_INDEX_FRAME_SERVER, 1, ERROR_OCCUPIED},
        {0, 1, ERROR_BAD_DESTINATION},
        {limit, 1, ERROR_BAD_DESTINATION},
        {limit - 1, 2, ERROR_BAD_DESTINATION},
        {UINT32_MAX, 2, ERROR_BAD_DESTINATION},
    };
    for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct message allocate = {
            .rax = rax_make(SYSTEM_CALL_CALL, ACTION_GRANT, MODE_NONE, cases[i].count, cases[i].dst),
            .rsi = MESSAGE_ALLOC};
        struct message clone = {.rax = rax_make(SYSTEM_CALL_CALL, ACTION_CLONE, MODE_BORROW, 1, cases[i].dst),
                                .rsi = MESSAGE_CLONE,
                                .words = {RIGHT_READ},
                                .r13 = frame};

        expect_error(send_raw(&allocate), cases[i].error);
        for (uint32_t want = ACTION_HAND_BACK; want <= ACTION_MOVE; want++) {
            struct message other = {.rax = rax_make(SYSTEM_CALL_CALL, want, MODE_NONE, 1, cases[i].dst),
                                    .rsi = MESSAGE_NOTHING};

            if (cases[i].count == 1) {
                expect_error(send_raw(&other), cases[i].error);
            }
        }
        if (cases[i].count == 1) {
            expect_error(send_raw(&clone), cases[i].error);
        }
    }
    expect_unchanged(frame, &before);
    expect_success(frame_drop(frame));
}

/* The kernel refuses modes that there are not, the server those that the operation does not take. */
static enum error mode_or_action_error(uint32_t modes, uint32_t mode, uint32_t want)
{
    if ((modes >> mode & 1) == 0) {
        return ERROR_BAD_MODE;
    }
    return want == ACTION_NONE ? ERROR_BAD_ARGUMENT : ERROR_NOT_WANTED;
}

/* Each operation accepts its modes and needs its action; anything else is refused by name. */
static void every_mode_and_action(void)
{
    static const struct {
        uint32_t modes;
        uint32_t want;
    } operations[] = {
#define M(mode) (1u << MODE_##mode)
#define MESSAGE(number, NAME, name, modes, want, idempotent, in, out, errors, text) [number] = {modes, ACTION_##want},
#include <quire/messages.def>
#undef MESSAGE
#undef M
    };
    struct snapshot before;
    handle frame;
    handle list;

    require_success(list_create(&list));
    require_success(frame_allocate(&frame));
    before = snapshot(frame);
    for (uint32_t operation = 0; operation < MESSAGES; operation++) {
        for (uint32_t mode = MODE_NONE; mode <= 15; mode++) {
            for (uint32_t want = ACTION_NONE; want <= ACTION_REVOKE; want++) {
                uint32_t modes = operations[operation].modes;
                bool allowed = (modes >> mode & 1) != 0 && want == operations[operation].want;
                struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, want, mode, 1, own_entries_limit() - 1),
                                          .rsi = operation,
                                          .r13 = frame,
                                          .r14 = mode == MODE_ATTACH ? list : 0};

                /* What is allowed has tests of its own, and a drop can't be refused by the server. */
                if (!allowed && mode != MODE_DROP) {
                    enum error error = send_raw(&message);

                    if (!expect_error(error, mode_or_action_error(modes, mode, operations[operation].want))) {
                        print("#   operation %u, mode %u, action %u\n", operation, mode, want);
                    }
                }
            }
        }
    }
    expect_unchanged(frame, &before);
    expect_success(frame_drop(frame));
    expect_success(frame_drop(list));
}

static void unknown_actions(void)
{
    for (uint32_t want = ACTION_REVOKE + 1; want < 16; want++) {
        struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, want, MODE_NONE, 1, own_entries_limit() - 1),
                                  .rsi = MESSAGE_ALLOC};

        expect_error(send_raw(&message), ERROR_BAD_ACTION);
    }
}

/* Words that an operation does not know. */
static void unknown_flags(void)
{
    struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, ACTION_GRANT, MODE_NONE, 1, own_entries_limit() - 1),
                              .rsi = MESSAGE_ALLOC,
                              .words = {UINT64_C(1) << 63}};

    expect_error(send_raw(&message), ERROR_BAD_ARGUMENT);
    message = (struct message){
        .rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_NONE, 0, 0), .rsi = MESSAGE_STATISTICS, .words = {4}};
    expect_error(send_raw(&message), ERROR_BAD_ARGUMENT);
}

/* What only the frame server may do. */
static void servers_alone(void)
{
    enum audit_fault fault;
    uint64_t name[3];
    uint64_t taken;
    uint64_t left;
    uint64_t total;
    uint64_t next = 0;
    struct ledger_count count;

    expect_error(system_call_pattern(), ERROR_NOT_PERMITTED);
    expect_error(system_call_strip(&taken, &left, &total), ERROR_NOT_PERMITTED);
    expect_error(system_call_holder(1, name), ERROR_NOT_PERMITTED);
    expect_error(system_call_holder(UINT64_MAX, name), ERROR_NOT_PERMITTED);
    expect_error(system_call_count(1, &count), ERROR_NOT_PERMITTED);
    expect_error(system_call_hold(true), ERROR_NOT_PERMITTED);
    expect_error(system_call_hold(false), ERROR_NOT_PERMITTED);
    expect_error(system_call_audit(1, &next, &fault, name), ERROR_NOT_PERMITTED);
}

/* What needs a power that a task was not given, whatever else is wrong with it. */
static void powers(void)
{
    static const uint64_t words[MESSAGE_WORDS] = {0};
    uint8_t byte;

    expect_equal(start_page()->powers, 0);
    expect_error(answer(ask(PEER_VERDICT, 0, 0, 0)), ERROR_NOT_PERMITTED);
    expect_error(system_call_verdict(VERDICT_FAIL), ERROR_NOT_PERMITTED);
    expect_error(system_call_verdict(UINT64_MAX), ERROR_NOT_PERMITTED);
    for (uint32_t count = 0; count <= PRINT_BYTES_MAX + 1; count++) {
        expect_error(system_call_print(count, words), ERROR_NOT_PERMITTED);
    }
    for (uint32_t port = 0; port <= UINT16_MAX; port += port < 0x400 ? 1 : 0x101) {
        expect_error(system_call_port_read((uint16_t)port, &byte), ERROR_NOT_PERMITTED);
        expect_error(system_call_port_write((uint16_t)port, 1, words), ERROR_NOT_PERMITTED);
    }
    for (uint32_t line = 0; line <= 16; line++) {
        expect_error(system_call_interrupt(start_handle("peer"), line), ERROR_NOT_PERMITTED);
        expect_error(system_call_interrupt(0, line), ERROR_NOT_PERMITTED);
        expect_error(system_call_acknowledge(line), ERROR_NOT_PERMITTED);
    }
}

static void no_caller(void)
{
    struct message message = {.rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, ACTION_GRANT, 0, 1, 0),
                              .rdi = frame_server(),
                              .r13 = 0x100000,
                              .r14 = RIGHTS_FRAME};

    /* Its handle to the frame server can call, not receive. */
    system_call_reply_receive(&message);
    expect_error(rax_status(message.rax), ERROR_MISSING_RIGHT);
}

static const struct tap_test tests[] = {
    {"unknown_operations", unknown_operations},
    {"unknown_system_calls", unknown_system_calls},
    {"bad_counts", bad_counts},
    {"bad_counts_of_one", bad_counts_of_one},
    {"destination", destination},
    {"every_mode_and_action", every_mode_and_action},
    {"unknown_actions", unknown_actions},
    {"unknown_flags", unknown_flags},
    {"powers", powers},
    {"no_caller", no_caller},
    {"servers_alone", servers_alone},
};

const struct tap_group request_tests = TAP_GROUP("request", tests);
