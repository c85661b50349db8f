/* Calls to the frame server's dispatch as the kernel delivers them, and what every reply has to be. */
#ifndef TESTS_HOST_SERVER_CALLS_H
#define TESTS_HOST_SERVER_CALLS_H

#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/dispatch.h"
#include "servers/frameserv/core/quick.h"
#include "tests/host/frames_world.h"
#include <check.h>
#include <string.h>

#define ALL_SERVICES (SERVICE_RIGHT_CLAIM | SERVICE_RIGHT_LOOKUP)
#define HOLE 160
#define KERNEL_FRAME (8 + 1 + 150 + 1 + 64 + 32)
#define USABLE_FRAME (KERNEL_FRAME + 200 + 37)

static struct world *world;
static struct worker *worker;

static inline void create(void)
{
    world = world_create_usual();
    worker = &world->workers[0];
}

/* A call as the kernel delivers it. */
struct call {
    uint32_t operation;
    uint32_t label_flags;
    uint32_t mode;
    uint32_t want;
    uint32_t n;
    uint32_t account; /* 0: account 1 */
    uint32_t services;
    uint64_t words[MESSAGE_WORDS];
    uint64_t r13;
    uint64_t r14;
};

static inline struct message serve(struct call call)
{
    struct message message = {.rax = rax_make(ERROR_NONE, call.want, call.mode, call.n, 0),
                              .rdi = badge_make(call.account != 0 ? call.account : 1, call.services),
                              .rsi = label_make(call.operation, call.label_flags),
                              .r13 = call.r13,
                              .r14 = call.r14};

    memcpy(message.words, call.words, sizeof(call.words));
    world->controls[0].intent = 0;
    world->controls[0].intent_run = 0;
    if (!quick_serve(worker, &message))
        dispatch(worker, &message);
    expect_eq(rax_number(message.rax), SYSTEM_CALL_REPLY_RECEIVE);
    return message;
}

/* What every error reply is: the error, and nothing else. */
static inline void check_error(struct message message, enum error error)
{
    expect(message.rsi == error, "%s instead of %s", error_name(message.rsi), error_name(error));
    if (error == ERROR_NONE)
        return;
    expect_eq(rax_action(message.rax), ACTION_NONE);
    expect_eq(rax_n(message.rax), 0);
    expect_eq(message.r13 | message.r14, 0);
    for (uint32_t k = 0; k < MESSAGE_WORDS; k++)
        expect_eq(message.words[k], 0);
}

static inline struct message succeed(struct call call)
{
    struct message message = serve(call);

    check_error(message, ERROR_NONE);
    return message;
}

static inline void refused(struct call call, enum error error)
{
    struct allocator_statistics before;
    struct allocator_statistics after;

    allocator_count(worker, &before);
    check_error(serve(call), error);
    allocator_count(worker, &after);
    ck_assert_mem_eq(&before, &after, sizeof(before));
}

static inline uint64_t allocate(void)
{
    struct message message = succeed((struct call){.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 1});

    return message.r13 / FRAME_SIZE;
}

static inline struct call lend(uint32_t operation, enum action want, uint64_t frame, uint32_t rights)
{
    return (struct call){
        .operation = operation, .mode = MODE_BORROW, .want = want, .n = 1, .r13 = frame_word_make(frame, rights)};
}

static inline struct call give_back(uint64_t frame)
{
    return (struct call){
        .operation = MESSAGE_DROP, .mode = MODE_DROP, .n = 1, .r13 = frame_word_make(frame, RIGHTS_FRAME)};
}

#endif
