/* Calls about accounts. For programs that include server_calls.h. */
#ifndef TESTS_HOST_ACCOUNT_CALLS_H
#define TESTS_HOST_ACCOUNT_CALLS_H

#include "servers/frameserv/core/accounts.h"
#include "tests/host/server_calls.h"

static inline struct call open_call(uint32_t caller, uint64_t frames, uint64_t tables)
{
    return (struct call){.operation = MESSAGE_ACCOUNT_OPEN,
                         .want = ACTION_MINT,
                         .n = 1,
                         .account = caller,
                         .services = ALL_SERVICES,
                         .words = {frames, tables, SERVICE_RIGHT_LOOKUP}};
}

static inline uint32_t open_account(uint32_t caller, uint64_t frames, uint64_t tables)
{
    struct message message = succeed(open_call(caller, frames, tables));

    expect_eq(rax_action(message.rax), ACTION_MINT);
    expect_eq(message.r14, badge_make((uint32_t)message.words[0], SERVICE_RIGHT_LOOKUP));
    return (uint32_t)message.words[0];
}

static inline struct call limit_call(uint32_t caller, uint64_t number, uint64_t frames, uint64_t tables)
{
    return (struct call){.operation = MESSAGE_ACCOUNT_LIMIT, .account = caller, .words = {number, frames, tables}};
}

static inline struct call close_call(uint32_t caller, uint64_t number)
{
    return (struct call){.operation = MESSAGE_ACCOUNT_CLOSE, .account = caller, .words = {number}};
}

static inline uint64_t close_account(uint32_t caller, uint64_t number)
{
    return succeed(close_call(caller, number)).words[0];
}

static inline struct call facts_call(uint32_t caller, uint64_t number)
{
    return (struct call){.operation = MESSAGE_STATISTICS, .account = caller, .words = {1, number}};
}

/* An account uses so many frames and tables, and may use so many itself. */
#define expect_account(number, frames, frame_limit, table_count, table_limit)                                          \
    do {                                                                                                               \
        struct message facts = succeed(facts_call(number, 0));                                                         \
        expect_eq(facts.words[0], number);                                                                             \
        expect_eq(facts.words[1], frames);                                                                             \
        expect_eq(facts.words[2], frame_limit);                                                                        \
        expect_eq(facts.words[3], table_count);                                                                        \
        expect_eq(facts.words[4], table_limit);                                                                        \
    } while (0)

static inline struct call alloc_call(uint32_t account, uint32_t n)
{
    return (struct call){.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = n, .account = account};
}

static inline uint64_t allocate_for(uint32_t account)
{
    return succeed(alloc_call(account, 1)).r13 / FRAME_SIZE;
}

static inline struct call adopt_call(uint32_t account, uint64_t frame)
{
    struct call call = lend(MESSAGE_ADOPT, ACTION_NONE, frame, RIGHTS_FRAME);

    call.account = account;
    return call;
}

static inline uint32_t payer_of_frame(uint64_t frame)
{
    return (uint32_t)kind_word_payer(world_slot(world, frame)->kind_word);
}

static inline struct call table_call(uint64_t frame, enum kind kind)
{
    struct call call = lend(MESSAGE_REPURPOSE, ACTION_CONVERT, frame, RIGHTS_FRAME);

    call.words[0] = kind;
    return call;
}

/* What a refusal says. */
#define expect_refusal(message, error, number, limit, used, asked)                                                     \
    do {                                                                                                               \
        check_error(message, error);                                                                                   \
        expect_eq((message).words[1], number);                                                                         \
        expect_eq((message).words[2], limit);                                                                          \
        expect_eq((message).words[3], used);                                                                           \
        expect_eq((message).words[4], asked);                                                                          \
    } while (0)

#endif
