/* Whole messages: what dispatch makes of every operation, mode, want, right and count, and of refused replies. */
#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/dispatch.h"
#include "tests/host/frames_world.h"
#include "tests/host/random.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ALL_SERVICES (SERVICE_RIGHT_CLAIM | SERVICE_RIGHT_LOOKUP)
#define HOLE 160
#define KERNEL_FRAME (8 + 1 + 150 + 1 + 64 + 32)
#define USABLE_FRAME (KERNEL_FRAME + 200 + 37)

static struct world *world;
static struct worker *worker;

static void create(void)
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
};

static struct message serve(struct call call)
{
    struct message message = {.rax = rax_make(ERROR_NONE, call.want, call.mode, call.n, 0),
                              .rdi = badge_make(call.account != 0 ? call.account : 1, call.services),
                              .rsi = label_make(call.operation, call.label_flags),
                              .r13 = call.r13};

    memcpy(message.words, call.words, sizeof(call.words));
    memset(&world->controls[0], 0, sizeof(world->controls[0]));
    dispatch(worker, &message);
    expect_eq(rax_number(message.rax), SYSTEM_CALL_REPLY_RECEIVE);
    return message;
}

/* What every error reply is: the error, and nothing else. */
static void check_error(struct message message, enum error error)
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

static struct message succeed(struct call call)
{
    struct message message = serve(call);

    check_error(message, ERROR_NONE);
    return message;
}

static void refused(struct call call, enum error error)
{
    struct allocator_statistics before;
    struct allocator_statistics after;

    allocator_count(worker, &before);
    check_error(serve(call), error);
    allocator_count(worker, &after);
    ck_assert_mem_eq(&before, &after, sizeof(before));
}

static uint64_t allocate(void)
{
    struct message message = succeed((struct call){.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 1});

    return message.r13 / FRAME_SIZE;
}

static struct call lend(uint32_t operation, enum action want, uint64_t frame, uint32_t rights)
{
    return (struct call){
        .operation = operation, .mode = MODE_BORROW, .want = want, .n = 1, .r13 = frame_word_make(frame, rights)};
}

static struct call give_back(uint64_t frame)
{
    return (struct call){
        .operation = MESSAGE_DROP, .mode = MODE_DROP, .n = 1, .r13 = frame_word_make(frame, RIGHTS_FRAME)};
}

START_TEST(nothing)
{
    create();
    struct message message = succeed((struct call){.operation = MESSAGE_NOTHING, .words = {1, 2, 3, 4, 5}, .r13 = 6});
    for (uint32_t k = 0; k < MESSAGE_WORDS; k++)
        ck_assert_uint_eq(message.words[k], 0);
    ck_assert_uint_eq(message.r13, 0);
    ck_assert_uint_eq(world->pages_backed, 0);
    world_destroy(world);
}
END_TEST

START_TEST(unknown_operations)
{
    static const uint32_t numbers[] = {MESSAGES, MESSAGES + 1, 255, 65536, UINT32_MAX};

    create();
    for (uint32_t k = 0; k < 5; k++) {
        for (uint32_t mode = 0; mode < 16; mode++) {
            if (mode != MODE_DROP)
                refused((struct call){.operation = numbers[k], .mode = mode, .want = k, .n = 1}, ERROR_BAD_OPERATION);
        }
    }
    world_destroy(world);
}
END_TEST

/* Every operation in every mode with every want: refused unless its line of messages.def has them. */
START_TEST(modes_and_wants)
{
#define M(name) (1 << MODE_##name)
    static const uint8_t modes[] = {
#define MESSAGE(number, NAME, name, modes, want, idempotent, in, out, text) modes,
#include <quire/messages.def>
#undef MESSAGE
    };
#undef M
    static const uint8_t wants[] = {
#define MESSAGE(number, NAME, name, modes, want, idempotent, in, out, text) ACTION_##want,
#include <quire/messages.def>
#undef MESSAGE
    };

    create();
    for (uint32_t operation = 0; operation < MESSAGES; operation++) {
        for (uint32_t mode = 0; mode < 16; mode++) {
            for (uint32_t want = 0; want < 16; want++) {
                struct call call = {.operation = operation,
                                    .mode = mode,
                                    .want = want,
                                    .n = 1,
                                    .services = ALL_SERVICES,
                                    .r13 = frame_word_make(USABLE_FRAME, RIGHTS_FRAME)};
                if (mode == MODE_DROP)
                    continue; /* always a drop */
                if (!(modes[operation] >> mode & 1))
                    refused(call, ERROR_BAD_MODE);
                else if (want != wants[operation])
                    refused(call, wants[operation] == ACTION_NONE ? ERROR_BAD_ARGUMENT : ERROR_NOT_WANTED);
            }
        }
    }
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(flags_of_the_label_are_refused)
{
    create();
    refused((struct call){.operation = MESSAGE_NOTHING, .label_flags = 1}, ERROR_BAD_ARGUMENT);
    refused((struct call){.operation = MESSAGE_ALLOC, .label_flags = UINT32_MAX, .want = ACTION_GRANT, .n = 1},
            ERROR_BAD_ARGUMENT);
    world_destroy(world);
}
END_TEST

START_TEST(alloc)
{
    create();
    struct message message = succeed((struct call){.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 1});
    ck_assert_uint_eq(rax_action(message.rax), ACTION_GRANT);
    ck_assert_uint_eq(rax_n(message.rax), 1);
    ck_assert_uint_eq(message.words[0], message.r13);
    ck_assert_uint_eq(message.r13 % FRAME_SIZE, 0);
    ck_assert_uint_eq(message.r14, RIGHTS_FRAME);
    ck_assert_uint_eq(world->controls[0].intent, message.r13 / FRAME_SIZE + 1);
    ck_assert_uint_eq(world_slot(world, message.r13 / FRAME_SIZE)->ref_count, 1);
    ck_assert_uint_eq(world->keep->accounts[1].used, 1);

    for (uint32_t contiguous = 0; contiguous < 2; contiguous++) {
        message = succeed((struct call){
            .operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 512, .account = 2, .words = {contiguous}});
        ck_assert_uint_eq(rax_n(message.rax), 512);
        ck_assert_uint_eq(message.words[0], worker->transfer[0] * FRAME_SIZE);
        ck_assert_uint_eq(message.r13, 0);
        ck_assert_uint_eq(message.r14, RIGHTS_FRAME);
        ck_assert_uint_eq(world->controls[0].intent_run, 512);
    }
    ck_assert_uint_eq(world->keep->accounts[2].used, 1024);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(alloc_errors)
{
    struct call call = {.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 1};

    create();
    call.n = 0;
    refused(call, ERROR_BAD_COUNT);
    call.n = 513;
    refused(call, ERROR_BAD_COUNT);
    call.n = UINT16_MAX;
    refused(call, ERROR_BAD_COUNT);
    call.n = 1;
    call.words[0] = 2;
    refused(call, ERROR_BAD_ARGUMENT);
    call.words[0] = UINT64_MAX;
    refused(call, ERROR_BAD_ARGUMENT);
    call.words[0] = 0;
    call.account = 4;
    refused(call, ERROR_NOT_PERMITTED);
    call.account = ACCOUNT_SYSTEM;
    refused(call, ERROR_NOT_PERMITTED);
    call.account = UINT32_MAX;
    refused(call, ERROR_NOT_PERMITTED);
    call.account = 2;
    world->keep->accounts[2].limit = 0;
    refused(call, ERROR_OVER_LIMIT);
    world_destroy(world);

    world = world_create_plain(100);
    worker = &world->workers[0];
    call = (struct call){.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 101};
    refused(call, ERROR_NO_MEMORY);
    call.words[0] = ALLOC_CONTIGUOUS;
    call.n = 65;
    refused(call, ERROR_NO_MEMORY);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(exhausted_and_refilled)
{
    create();
    struct allocator_statistics statistics;
    allocator_count(worker, &statistics);
    uint64_t usable = statistics.usable;
    uint64_t *frames = calloc(usable, sizeof(*frames));
    for (uint64_t k = 0; k < usable; k++)
        frames[k] = allocate();
    refused((struct call){.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 1}, ERROR_NO_MEMORY);
    refused((struct call){.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 2}, ERROR_NO_MEMORY);
    ck_assert_uint_eq(world_check(world).charged, usable);
    for (uint64_t k = 0; k < usable; k++) {
        struct message message = succeed(give_back(frames[k]));
        expect_eq(message.words[0], 1);
    }
    allocator_count(worker, &statistics);
    ck_assert_uint_eq(statistics.free, usable);
    world_check(world);
    free(frames);
    world_destroy(world);
}
END_TEST

START_TEST(claim)
{
    struct call call = {.operation = MESSAGE_CLAIM, .want = ACTION_GRANT, .n = 1, .services = SERVICE_RIGHT_CLAIM};

    create();
    call.words[0] = (USABLE_FRAME + 777) * FRAME_SIZE;
    struct message message = succeed(call);
    ck_assert_uint_eq(rax_action(message.rax), ACTION_GRANT);
    ck_assert_uint_eq(message.r13, call.words[0]);
    ck_assert_uint_eq(message.words[0], call.words[0]);
    ck_assert_uint_eq(message.r14, RIGHTS_FRAME);
    refused(call, ERROR_IN_USE);
    call.services = 0;
    refused(call, ERROR_MISSING_RIGHT);
    call.services = SERVICE_RIGHT_LOOKUP | SERVICE_RIGHT_DEVICE;
    refused(call, ERROR_MISSING_RIGHT);
    call.services = SERVICE_RIGHT_CLAIM;
    call.words[0] += 1;
    refused(call, ERROR_NOT_ALIGNED);
    call.words[0] = world->window.frame_count * FRAME_SIZE;
    refused(call, ERROR_OUT_OF_BOUND);
    call.words[0] = HOLE * FRAME_SIZE;
    refused(call, ERROR_HOLE);
    call.words[0] = KERNEL_FRAME * FRAME_SIZE;
    refused(call, ERROR_RESERVED);
    call.words[0] = (USABLE_FRAME + 778) * FRAME_SIZE;
    call.n = 0;
    refused(call, ERROR_BAD_COUNT);
    call.n = 2;
    refused(call, ERROR_BAD_COUNT);
    call.n = 1;
    call.account = 99;
    refused(call, ERROR_NOT_PERMITTED);
    call.account = 3;
    world->keep->accounts[3].limit = 0;
    refused(call, ERROR_OVER_LIMIT);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(lookup_by_address)
{
    create();
    uint64_t frame = allocate();
    struct call call = {.operation = MESSAGE_LOOKUP,
                        .want = ACTION_CLONE,
                        .n = 1,
                        .services = SERVICE_RIGHT_LOOKUP,
                        .words = {frame * FRAME_SIZE, RIGHT_READ | RIGHT_MAP}};
    struct message message = succeed(call);
    ck_assert_uint_eq(rax_action(message.rax), ACTION_CLONE);
    ck_assert_uint_eq(message.r13, frame * FRAME_SIZE);
    ck_assert_uint_eq(message.r14, RIGHT_READ | RIGHT_MAP);
    ck_assert_uint_eq(message.words[0], frame * FRAME_SIZE);
    ck_assert_uint_eq(message.words[1], 2);
    call.services = SERVICE_RIGHT_CLAIM;
    refused(call, ERROR_MISSING_RIGHT);
    call.services = SERVICE_RIGHT_LOOKUP;
    call.words[1] = 0;
    refused(call, ERROR_BAD_RIGHTS);
    call.words[1] = RIGHT_READ | RIGHT_OWNER;
    refused(call, ERROR_BAD_RIGHTS);
    call.words[1] = UINT64_C(1) << 40 | RIGHT_READ;
    refused(call, ERROR_BAD_RIGHTS);
    call.words[1] = RIGHT_READ;
    call.n = 2;
    refused(call, ERROR_BAD_COUNT);
    call.n = 1;
    call.words[0] = USABLE_FRAME * FRAME_SIZE;
    refused(call, ERROR_UNUSED);
    call.words[0] = KERNEL_FRAME * FRAME_SIZE;
    refused(call, ERROR_RESERVED);
    call.words[0] = HOLE * FRAME_SIZE;
    refused(call, ERROR_HOLE);
    call.words[0] = 7;
    refused(call, ERROR_NOT_ALIGNED);
    call.words[0] = UINT64_MAX - 4095;
    refused(call, ERROR_OUT_OF_BOUND);
    ck_assert_uint_eq(world_slot(world, frame)->ref_count, 2);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(lookup_and_clone_of_a_lent_handle)
{
    create();
    uint64_t frame = allocate();
    struct call call = lend(MESSAGE_LOOKUP, ACTION_CLONE, frame, RIGHT_READ | RIGHT_CLONE);
    call.words[1] = RIGHTS_FRAME; /* not looked at: the same rights */
    struct message message = succeed(call);
    ck_assert_uint_eq(message.r14, RIGHT_READ | RIGHT_CLONE);
    ck_assert_uint_eq(message.words[1], 2);

    call = lend(MESSAGE_CLONE, ACTION_CLONE, frame, RIGHT_READ | RIGHT_WRITE | RIGHT_CLONE);
    call.words[0] = RIGHT_READ;
    message = succeed(call);
    ck_assert_uint_eq(rax_action(message.rax), ACTION_CLONE);
    ck_assert_uint_eq(message.r13, frame * FRAME_SIZE);
    ck_assert_uint_eq(message.r14, RIGHT_READ);
    ck_assert_uint_eq(message.words[0], frame * FRAME_SIZE);
    ck_assert_uint_eq(message.words[1], 3);
    call.words[0] = 0;
    refused(call, ERROR_BAD_RIGHTS);
    call.words[0] = RIGHT_READ | RIGHT_EXECUTE;
    refused(call, ERROR_BAD_RIGHTS);
    call.words[0] = UINT64_C(1) << 32 | RIGHT_READ;
    refused(call, ERROR_BAD_RIGHTS);
    call.words[0] = RIGHT_READ;
    call.r13 = frame_word_make(frame, RIGHTS_FRAME & ~RIGHT_CLONE);
    refused(call, ERROR_MISSING_RIGHT);
    call.r13 = frame_word_make(frame, RIGHTS_FRAME);
    call.n = 2;
    refused(call, ERROR_BAD_COUNT);
    call.n = 1;
    world_slot(world, frame)->ref_count = REF_COUNT_MAX;
    refused(call, ERROR_TOO_MANY_HANDLES);
    world_slot(world, frame)->ref_count = REF_COUNT_UNIQUE;
    refused(call, ERROR_UNIQUE);
    world_slot(world, frame)->ref_count = 3;
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(drop)
{
    create();
    uint64_t frame = allocate();
    struct message message = succeed(give_back(frame));
    ck_assert_uint_eq(message.words[0], 1);
    ck_assert_uint_eq(rax_action(message.rax), ACTION_NONE);
    ck_assert_uint_eq(world->controls[0].intent, frame + 1);
    message = succeed((struct call){.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 20});
    world_slot(world, worker->transfer[7])->ref_count = 2;
    message = succeed((struct call){.operation = MESSAGE_DROP, .mode = MODE_DROP, .n = 20});
    ck_assert_uint_eq(message.words[0], 19);
    ck_assert_uint_eq(world_check(world).charged, 1);
    world_destroy(world);
}
END_TEST

/* The handles of a call in mode DROP have left their table; no label, account or want brings them back. */
START_TEST(a_drop_is_never_refused)
{
    static const uint32_t operations[] = {MESSAGE_NOTHING, MESSAGE_ALLOC, MESSAGE_CLONE, MESSAGES, UINT32_MAX};

    create();
    for (uint32_t k = 0; k < 5; k++) {
        struct call call = give_back(allocate());
        call.operation = operations[k];
        call.label_flags = k;
        call.want = k;
        call.account = 200 + k;
        struct message message = succeed(call);
        ck_assert_uint_eq(message.words[0], 1);
    }
    ck_assert_uint_eq(world_check(world).charged, 0);
    world_destroy(world);
}
END_TEST

START_TEST(repurpose)
{
    create();
    uint64_t frame = allocate();
    struct call call = lend(MESSAGE_REPURPOSE, ACTION_CONVERT, frame, RIGHTS_FRAME);
    call.words[0] = KIND_PAGE_TABLE;
    struct message message = succeed(call);
    ck_assert_uint_eq(rax_action(message.rax), ACTION_CONVERT);
    ck_assert_uint_eq(message.r13, frame * FRAME_SIZE);
    ck_assert_uint_eq(message.r14, KIND_PAGE_TABLE);
    message = succeed(call); /* it is one already: no action, and nothing to undo */
    ck_assert_uint_eq(rax_action(message.rax), ACTION_NONE);
    ck_assert_uint_eq(message.r13 | message.r14, 0);
    call.words[0] = KIND_TASK;
    refused(call, ERROR_WRONG_KIND);
    call.words[0] = UINT64_MAX;
    refused(call, ERROR_WRONG_KIND);
    call.words[0] = KIND_UNTYPED;
    call.r13 = frame_word_make(frame, RIGHTS_FRAME & ~RIGHT_OWNER);
    refused(call, ERROR_MISSING_RIGHT);
    call.r13 = frame_word_make(frame, RIGHTS_FRAME);
    message = succeed(call);
    ck_assert_uint_eq(message.r14, KIND_UNTYPED);
    world_slot(world, frame)->ref_count = 2;
    call.words[0] = KIND_HANDLE_TABLE;
    refused(call, ERROR_SHARED);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(info)
{
    create();
    uint64_t frame = allocate();
    struct message message = succeed(lend(MESSAGE_INFO, ACTION_NONE, frame, RIGHT_READ));
    ck_assert_uint_eq(message.words[0], frame * FRAME_SIZE);
    ck_assert_uint_eq(message.words[1], 1);
    ck_assert_uint_eq(message.words[2], kind_word(KIND_UNTYPED, 0, 1));
    ck_assert_uint_eq(message.words[3], 0);
    ck_assert_uint_eq(message.words[4], REGION_USABLE);
    struct call call = {.operation = MESSAGE_INFO, .services = SERVICE_RIGHT_LOOKUP, .words = {HOLE * FRAME_SIZE}};
    message = succeed(call);
    ck_assert_uint_eq(message.words[0], HOLE * FRAME_SIZE);
    ck_assert_uint_eq(message.words[4], REGION_UNKNOWN);
    call.words[0] = 1;
    refused(call, ERROR_NOT_ALIGNED);
    call.words[0] = world->window.frame_count * FRAME_SIZE;
    refused(call, ERROR_OUT_OF_BOUND);
    call.words[0] = 0;
    call.services = SERVICE_RIGHT_CLAIM;
    refused(call, ERROR_MISSING_RIGHT);
    world_destroy(world);
}
END_TEST

START_TEST(statistics)
{
    create();
    allocate();
    struct message message = succeed((struct call){.operation = MESSAGE_STATISTICS});
    ck_assert_uint_eq(message.words[0], world->window.frame_count);
    ck_assert_uint_eq(message.words[1], 8 + 150 + 120000 + 8123);
    ck_assert_uint_eq(message.words[2], message.words[1] - 1);
    ck_assert_uint_eq(message.words[3], 1);
    ck_assert_uint_eq(message.words[4], 200 + 37 + 2000 + 300 + 17);
    world->keep->accounts[1].limit = 10;
    message = succeed((struct call){.operation = MESSAGE_STATISTICS, .words = {1}});
    ck_assert_uint_eq(message.words[0], 1);
    ck_assert_uint_eq(message.words[1], 1);
    ck_assert_uint_eq(message.words[2], 10);
    ck_assert_uint_eq(message.words[3] | message.words[4], 0);
    refused((struct call){.operation = MESSAGE_STATISTICS, .words = {2}}, ERROR_BAD_ARGUMENT);
    refused((struct call){.operation = MESSAGE_STATISTICS, .words = {UINT64_MAX}}, ERROR_BAD_ARGUMENT);
    refused((struct call){.operation = MESSAGE_STATISTICS, .words = {1}, .account = 77}, ERROR_NOT_PERMITTED);
    world_destroy(world);
}
END_TEST

/* The kernel refuses the action: what was done is undone, and the caller hears the kernel's error. */
static void refuse(struct message message, enum error error)
{
    message.rax = error;
    dispatch_refused(worker, &message);
    ck_assert_uint_eq(rax_number(message.rax), SYSTEM_CALL_REPLY_RECEIVE);
    check_error(message, error);
    message.rax = error; /* a second refusal undoes nothing more */
    dispatch_refused(worker, &message);
}

START_TEST(refused_replies)
{
    create();
    uint64_t frame = allocate();
    struct slot before = *world_slot(world, frame);
    refuse(succeed((struct call){.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 1}), ERROR_OCCUPIED);
    ck_assert_uint_eq(world_check(world).charged, 1);
    refuse(succeed((struct call){.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 300}), ERROR_BAD_DESTINATION);
    ck_assert_uint_eq(world_check(world).charged, 1);
    refuse(succeed((struct call){.operation = MESSAGE_CLAIM,
                                 .want = ACTION_GRANT,
                                 .n = 1,
                                 .services = SERVICE_RIGHT_CLAIM,
                                 .words = {USABLE_FRAME * FRAME_SIZE}}),
           ERROR_OCCUPIED);
    ck_assert_uint_eq(world_check(world).charged, 1);
    struct call call = lend(MESSAGE_CLONE, ACTION_CLONE, frame, RIGHTS_FRAME);
    call.words[0] = RIGHT_READ;
    refuse(succeed(call), ERROR_REVOKED);
    ck_assert_mem_eq(world_slot(world, frame), &before, sizeof(before));
    call = lend(MESSAGE_REPURPOSE, ACTION_CONVERT, frame, RIGHTS_FRAME);
    call.words[0] = KIND_PAGE_TABLE;
    refuse(succeed(call), ERROR_MAPPED);
    ck_assert_mem_eq(world_slot(world, frame), &before, sizeof(before));
    refuse(succeed((struct call){.operation = MESSAGE_NOTHING}), ERROR_NO_CALLER);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(the_undo_of_a_clone_may_be_the_last_drop)
{
    create();
    uint64_t frame = allocate();
    struct call call = lend(MESSAGE_CLONE, ACTION_CLONE, frame, RIGHTS_FRAME);
    call.words[0] = RIGHT_READ;
    struct message message = succeed(call);
    struct message other = {.rax = rax_make(0, 0, MODE_DROP, 1, 0), .r13 = frame_word_make(frame, 0)};
    dispatch(&world->workers[1], &other); /* the lent handle was stripped, and dropped by another worker */
    ck_assert_uint_eq(other.words[0], 0);
    refuse(message, ERROR_REVOKED);
    ck_assert_uint_eq(world_check(world).charged, 0);
    world_destroy(world);
}
END_TEST

/* Random registers: nothing breaks, and the reply is well formed. Frame words are the kernel's, so they name frames. */
START_TEST(random_messages)
{
    struct random random = random_start();
    static uint8_t handles[4096];
    uint64_t charged = 0;

    world = world_create_plain(4096);
    worker = &world->workers[0];
    for (uint64_t n = 0; n < 300000; n++) {
        uint64_t frame = random_below(&random, 4096);
        struct call call = {.operation = (uint32_t)random_below(&random, MESSAGES + 1),
                            .label_flags = random_below(&random, 20) == 0,
                            .mode = (uint32_t)random_below(&random, 4),
                            .want = (uint32_t)random_below(&random, 5),
                            .n = (uint32_t)random_below(&random, 4),
                            .account = (uint32_t)random_below(&random, 6),
                            .services = (uint32_t)random_below(&random, 8),
                            .words = {random_below(&random, 3), random_below(&random, 600)}};
        if (random_below(&random, 2) == 0)
            call.words[0] = frame * FRAME_SIZE + (random_below(&random, 9) == 0);
        if (call.mode != MODE_NONE && handles[frame] == 0)
            continue;
        call.r13 = frame_word_make(frame, (uint32_t)random_below(&random, 512));
        if (call.mode == MODE_DROP || call.mode == MODE_MOVE)
            call.n = 1;
        struct message message = serve(call);
        uint64_t granted = rax_n(message.rax);
        switch (rax_action(message.rax)) {
        case ACTION_GRANT:
            for (uint64_t k = 0; k < granted; k++) {
                uint64_t given = granted == 1 ? message.r13 / FRAME_SIZE : worker->transfer[k];
                expect(handles[given] == 0, "frame %lu was granted twice", given);
                handles[given] = 1;
            }
            charged += granted;
            break;
        case ACTION_CLONE:
            expect(handles[message.r13 / FRAME_SIZE] > 0, "a clone of nobody's frame");
            if (handles[message.r13 / FRAME_SIZE] == 255)
                dispatch_refused(worker, &message);
            else
                handles[message.r13 / FRAME_SIZE] += 1;
            break;
        default:
            break;
        }
        if (call.mode == MODE_DROP) {
            handles[frame] -= 1;
            charged -= handles[frame] == 0;
            expect_eq(message.words[0], handles[frame] == 0);
        }
        if (n % 10000 == 0)
            expect_eq(world_check(world).charged, charged);
    }
    ck_assert_uint_gt(charged, 10);
    world_destroy(world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dispatch");
    TCase *tests = tcase_create("dispatch");

    tcase_add_test(tests, nothing);
    tcase_add_test(tests, unknown_operations);
    tcase_add_test(tests, modes_and_wants);
    tcase_add_test(tests, flags_of_the_label_are_refused);
    tcase_add_test(tests, alloc);
    tcase_add_test(tests, alloc_errors);
    tcase_add_test(tests, exhausted_and_refilled);
    tcase_add_test(tests, claim);
    tcase_add_test(tests, lookup_by_address);
    tcase_add_test(tests, lookup_and_clone_of_a_lent_handle);
    tcase_add_test(tests, drop);
    tcase_add_test(tests, a_drop_is_never_refused);
    tcase_add_test(tests, repurpose);
    tcase_add_test(tests, info);
    tcase_add_test(tests, statistics);
    tcase_add_test(tests, refused_replies);
    tcase_add_test(tests, the_undo_of_a_clone_may_be_the_last_drop);
    tcase_add_test(tests, random_messages);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
