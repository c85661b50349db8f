/* Device memory: claimed by its address by who has the right, charged, given back, and never the allocator's. */
#include "servers/frameserv/core/frames.h"
#include "tests/host/account_calls.h"

#define DEVICE_FRAMES 256 /* the last region of the usual world */

static uint64_t first;

static void start(void)
{
    create();
    first = world->window.frame_count - DEVICE_FRAMES;
}

static void destroy(void)
{
    world_check(world);
    world_destroy(world);
}

static struct call claim_call(uint64_t frame, uint32_t n, uint32_t services)
{
    return (struct call){
        .operation = MESSAGE_CLAIM, .want = ACTION_GRANT, .n = n, .services = services, .words = {frame * FRAME_SIZE}};
}

static void claim(uint64_t frame, uint32_t n)
{
    struct message message = succeed(claim_call(frame, n, SERVICE_RIGHT_DEVICE));

    expect_eq(rax_action(message.rax), ACTION_GRANT);
    for (uint32_t k = 0; k < n; k++) {
        expect_eq(world_slot(world, frame + k)->ref_count, 1);
        expect_eq(world_slot(world, frame + k)->kind_word, kind_word(KIND_DEVICE, 0, 1));
    }
}

static void drop_run(uint64_t frame, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++)
        worker->transfer[k] = frame + k;
    expect_eq(succeed((struct call){.operation = MESSAGE_DROP, .mode = MODE_DROP, .n = n}).words[0], n);
}

static void expect_nobodys(uint64_t frame, uint64_t n)
{
    for (uint64_t k = 0; k < n; k++) {
        expect_eq(world_slot(world, frame + k)->ref_count, REF_COUNT_UNUSED);
        expect_eq(world_slot(world, frame + k)->kind_word, kind_word(KIND_DEVICE, 0, ACCOUNT_NOBODY));
    }
}

START_TEST(claimed_and_given_back)
{
    struct allocator_statistics before;
    struct allocator_statistics after;

    start();
    allocator_count(worker, &before);
    for (uint32_t times = 0; times < 3; times++) {
        claim(first, 1);
        claim(first + 1, DEVICE_FRAMES - 1);
        expect_eq(world->keep->accounts[1].used, DEVICE_FRAMES);
        world_check(world);
        refused(claim_call(first + 7, 1, SERVICE_RIGHT_DEVICE), ERROR_IN_USE);
        refused_at(claim_call(first, 2, SERVICE_RIGHT_DEVICE), ERROR_IN_USE, 0);
        succeed(give_back(first));
        expect_nobodys(first, 1);
        drop_run(first + 1, DEVICE_FRAMES - 1);
        expect_nobodys(first, DEVICE_FRAMES);
        expect_eq(world->keep->accounts[1].used, 0);
        world_check(world);
    }
    allocator_count(worker, &after);
    ck_assert_mem_eq(&before, &after, sizeof(before));
    destroy();
}
END_TEST

START_TEST(rights)
{
    start();
    refused(claim_call(first, 1, ALL_SERVICES), ERROR_MISSING_RIGHT); /* all but the one for devices */
    refused(claim_call(first, 1, 0), ERROR_MISSING_RIGHT);
    refused(claim_call(USABLE_FRAME, 1, SERVICE_RIGHT_DEVICE), ERROR_MISSING_RIGHT);
    refused(claim_call(first - 4, 8, SERVICE_RIGHT_DEVICE), ERROR_MISSING_RIGHT); /* both are touched */
    refused(claim_call(first - 4, 8, SERVICE_RIGHT_CLAIM), ERROR_MISSING_RIGHT);
    refused(claim_call(first - 4, 8, SERVICE_RIGHT_CLAIM | SERVICE_RIGHT_DEVICE), ERROR_HOLE);
    refused_at(claim_call(first + DEVICE_FRAMES - 2, 4, SERVICE_RIGHT_DEVICE), ERROR_OUT_OF_BOUND, 2);
    refused(claim_call(first + DEVICE_FRAMES, 1, SERVICE_RIGHT_DEVICE), ERROR_OUT_OF_BOUND);
    refused(claim_call(UINT64_MAX / FRAME_SIZE, 4, SERVICE_RIGHT_DEVICE), ERROR_OUT_OF_BOUND);
    expect_nobodys(first, DEVICE_FRAMES);
    destroy();
}
END_TEST

START_TEST(never_another_kind)
{
    start();
    struct call unique = claim_call(first + 1, 1, SERVICE_RIGHT_DEVICE);
    unique.words[1] = CLAIM_UNIQUE;
    claim(first, 1);
    succeed(unique);
    for (uint64_t kind = 0; kind <= KINDS; kind++) {
        struct call call = lend(MESSAGE_REPURPOSE, ACTION_CONVERT, first, RIGHTS_FRAME);
        call.words[0] = kind;
        expect_ne(serve(call).rsi, ERROR_NONE);
    }
    struct call look = {.operation = MESSAGE_LOOKUP,
                        .want = ACTION_CLONE,
                        .n = 1,
                        .services = ALL_SERVICES,
                        .words = {first * FRAME_SIZE, RIGHT_READ}};
    succeed(look);
    expect_eq(world_slot(world, first)->ref_count, 2);
    refused(lend(MESSAGE_UNIQUE, ACTION_NONE, first, RIGHTS_FRAME), ERROR_WRONG_KIND); /* at its claim only */
    look.words[0] += FRAME_SIZE;
    refused(look, ERROR_UNIQUE);
    look.words[0] += FRAME_SIZE;
    refused(look, ERROR_UNUSED);
    succeed(give_back(first));
    succeed(give_back(first));
    succeed(give_back(first + 1));
    expect_nobodys(first, DEVICE_FRAMES);
    destroy();
}
END_TEST

START_TEST(charged)
{
    start();
    uint32_t poor = open_account(1, 3, 0);
    struct call call = claim_call(first, 4, SERVICE_RIGHT_DEVICE);
    struct message message;

    call.account = poor;
    message = serve(call);
    expect_eq(message.rsi, ERROR_OVER_LIMIT);
    expect_nobodys(first, DEVICE_FRAMES);
    call.n = 3;
    succeed(call);
    expect_account(poor, 3, 3, 0, 0);
    succeed((struct call){
        .operation = MESSAGE_ADOPT, .mode = MODE_BORROW, .n = 1, .r13 = frame_word_make(first, RIGHTS_FRAME)});
    expect_account(poor, 2, 3, 0, 0);
    expect_eq(close_account(1, poor), 2);
    drop_run(first, 3);
    expect_nobodys(first, DEVICE_FRAMES);
    destroy();
}
END_TEST

/* The kernel did not grant, or the server was killed before it did: nobody has the frame. */
START_TEST(refused_and_reconciled)
{
    start();
    struct message message = succeed(claim_call(first, 1, SERVICE_RIGHT_DEVICE));
    refuse(message, ERROR_RESERVED);
    expect_nobodys(first, 1);
    message = succeed(claim_call(first, 5, SERVICE_RIGHT_DEVICE));
    refuse(message, ERROR_IN_USE);
    expect_nobodys(first, 5);
    claim(first, 1);
    frames_reconcile(worker, first, &(struct ledger_count){.handles = 3, .kind = KIND_DEVICE});
    expect_eq(world_slot(world, first)->ref_count, 3);
    for (uint32_t times = 0; times < 2; times++) {
        frames_reconcile(worker, first, &(struct ledger_count){.kind = KIND_NONE});
        expect_nobodys(first, 1);
        expect_eq(world->keep->accounts[1].used, 0);
    }
    destroy();
}
END_TEST

RUN_TESTS("device", claimed_and_given_back, rights, never_another_kind, charged, refused_and_reconciled)
