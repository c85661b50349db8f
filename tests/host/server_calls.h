/* Calls to the frame server's dispatch as the kernel delivers them, and what every reply has to be. */
#ifndef TESTS_HOST_SERVER_CALLS_H
#define TESTS_HOST_SERVER_CALLS_H

#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/dispatch.h"
#include "servers/frameserv/core/quick.h"
#include "tests/host/frames_world.h"
#include "tests/host/run_tests.h"
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

/* Words 1 to 4 of an error reply: whose limit stood against what was asked, or nothing. */
static inline void check_refusal(const struct message *message)
{
    const uint64_t *words = message->words;

    if (message->rsi == ERROR_OVER_LIMIT || message->rsi == ERROR_TOO_MANY_TABLES) {
        expect_ne(words[1], 0);
        expect(words[3] > words[2] || words[4] > words[2] - words[3], "limit %lx, used %lx, asked %lx", words[2],
               words[3], words[4]);
        return;
    }
    for (uint32_t k = 1; k < MESSAGE_WORDS; k++)
        expect_eq(words[k], 0);
}

/* What every error reply is: the error, the place in a run that it is about, whose limit, and nothing else. */
static inline void check_error_at(struct message message, enum error error, uint64_t place)
{
    expect(message.rsi == error, "%s instead of %s", error_name(message.rsi), error_name(error));
    if (error == ERROR_NONE)
        return;
    expect_eq(rax_action(message.rax), ACTION_NONE);
    expect_eq(rax_n(message.rax), 0);
    expect_eq(message.r13 | message.r14, 0);
    expect_eq(message.words[0], place);
    check_refusal(&message);
}

static inline void check_error(struct message message, enum error error)
{
    check_error_at(message, error, 0);
}

static inline struct message succeed(struct call call)
{
    struct message message = serve(call);

    check_error(message, ERROR_NONE);
    return message;
}

static inline void refused_at(struct call call, enum error error, uint64_t place)
{
    struct allocator_statistics before;
    struct allocator_statistics after;

    allocator_count(worker, &before);
    check_error_at(serve(call), error, place);
    allocator_count(worker, &after);
    ck_assert_mem_eq(&before, &after, sizeof(before));
}

static inline void refused(struct call call, enum error error)
{
    refused_at(call, error, 0);
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

/* Lends a run, whose frames' numbers the kernel writes into the transfer page. */
static inline struct call lend_run(uint32_t operation, enum action want, const uint64_t *frames, uint32_t n)
{
    struct call call = lend(operation, want, frames[0], RIGHTS_FRAME);

    for (uint32_t k = 0; k < n; k++)
        worker->transfer[k] = frames[k];
    call.n = n;
    return call;
}

static inline void make_unique(uint64_t frame)
{
    succeed(lend(MESSAGE_UNIQUE, ACTION_NONE, frame, RIGHTS_FRAME));
}

static inline uint64_t allocate_unique(void)
{
    uint64_t frame = allocate();

    make_unique(frame);
    return frame;
}

/* The kernel does as the reply asks. */
static inline void repurpose_frame(uint64_t frame, enum kind kind)
{
    struct call call = lend(MESSAGE_REPURPOSE, ACTION_CONVERT, frame, RIGHTS_FRAME);

    call.words[0] = kind;
    succeed(call);
}

/* The kernel refuses the action of the last reply: what was done is undone, and the caller hears the kernel's error. */
static inline void refuse(struct message message, enum error error)
{
    for (uint32_t times = 0; times < 2; times++) { /* a second refusal undoes nothing more */
        message.rax = error;
        dispatch_refused(worker, &message);
        ck_assert_uint_eq(rax_number(message.rax), SYSTEM_CALL_REPLY_RECEIVE);
        check_error(message, error);
    }
}

#endif
