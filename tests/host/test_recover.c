/* What a restart finds and tells, and what it makes of intents that are none. test_stop.c looks at what it does. */
#include "servers/frameserv/core/recover.h"

#include "servers/frameserv/core/accounts.h"
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/lists.h"
#include "servers/frameserv/core/lock.h"
#include "servers/frameserv/core/note.h"
#include "servers/frameserv/core/reversal.h"
#include "tests/host/recover_world.h"
#include "tests/host/run_tests.h"
#include "tests/host/server_calls.h"

#define BIT(name) (UINT64_C(1) << FOUND_##name)

static uint64_t counted; /* frames that the kernel was asked for */

static enum error count(uint64_t frame, struct ledger_count *found)
{
    expect(window_has_slot(&world->window, frame), "frame %lx has no slot", frame);
    counted += 1;
    *found = (struct ledger_count){.kind = KIND_NONE};
    return ERROR_NONE;
}

static void create_recovering(void)
{
    static struct kernel_calls kernel;

    create();
    kernel = *worker->kernel;
    kernel.count = count;
    worker->kernel = &kernel;
    counted = 0;
    memset(worker->control, 0, sizeof(*worker->control));
}

/* Restarts all workers. Returns what the message about it tells. */
static struct message restart(void)
{
    world_recover(world, worker->kernel, RESTART_FAULT);
    struct message told = succeed((struct call){.operation = MESSAGE_STATISTICS, .words = {2}});
    ck_assert_uint_eq(told.words[1], RESTART_FAULT);
    return told;
}

START_TEST(between_two_calls_there_is_nothing_to_do)
{
    create_recovering();
    allocate();
    memset(worker->control, 0, sizeof(*worker->control));
    for (uint64_t k = 1; k < 4; k++) {
        struct message told = restart();
        ck_assert_uint_eq(told.words[0], k);
        ck_assert_uint_eq(told.words[2] | told.words[3] | told.words[4], 0);
    }
    ck_assert_uint_eq(counted, 0);
    ck_assert_uint_eq(world_check(world).charged, 1);
    world_destroy(world);
}
END_TEST

START_TEST(what_was_found)
{
    create_recovering();
    uint64_t frame = allocate();
    struct transaction transaction = transaction_begin(worker->log);
    wr(&transaction, &world->keep->accounts[1].used, 7);
    lock_acquire(&world->keep->accounts[1].lock, 0);
    lock_acquire(&world->keep->accounts[ACCOUNT_SYSTEM].lock, 0);
    lock_acquire(&world->keep->caches[2].lock, 0);
    lock_acquire(&world->keep->buddy.lock, 0);
    struct message told = restart(); /* the kernel knows no handle of the frame, whose intent is still set */
    ck_assert_uint_eq(told.words[2], UINT64_C(1) << FOUND_LOG_LENGTH | BIT(INTENT) | BIT(LOCKS) << 1 |
                                         UINT64_C(2) << FOUND_LOCKED_ACCOUNTS | UINT64_C(1) << FOUND_LOCKED_CACHES);
    ck_assert_uint_eq(told.words[3], 1);
    ck_assert_uint_eq(told.words[4], 1);
    ck_assert_uint_eq(world_slot(world, frame)->ref_count, REF_COUNT_UNUSED);
    ck_assert_uint_eq(world_check(world).charged, 0);

    lock_acquire(&world->keep->tree_lock, 3);
    lock_acquire(&world->keep->lists.dying_lock, 3);
    lock_acquire(&world->keep->lists.locks[0], 3);
    told = restart();
    ck_assert_uint_eq(told.words[2], BIT(LOCKS) * (1 + 4 + 8));
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(kinds_of_intents)
{
    create_recovering();
    worker->reversal->account = 77; /* no such account */
    worker->control->intent = INTENT_ACCOUNT + 1;
    ck_assert_uint_eq(restart().words[2], BIT(ACCOUNT) | BIT(REVERSAL_ACCOUNT));
    memset(worker->control, 0, sizeof(*worker->control));
    worker->transfer[0] = USABLE_FRAME;
    worker->transfer[1] = USABLE_FRAME + 1;
    intent_set_run(worker, 2);
    struct message told = restart();
    ck_assert_uint_eq(told.words[2], UINT64_C(2) << FOUND_RUN);
    ck_assert_uint_eq(told.words[4], 2);
    reversal_set(worker, USABLE_FRAME, 0, world_slot(world, USABLE_FRAME));
    told = restart();
    ck_assert_uint_eq(told.words[2], UINT64_C(1) << FOUND_RUN | BIT(REVERSAL));
    reversal_set(worker, USABLE_FRAME, USABLE_FRAME + 9, world_slot(world, USABLE_FRAME));
    note_begin(worker);
    intent_flag(worker, INTENT_SWEPT);
    told = restart();
    ck_assert_uint_eq(told.words[2],
                      UINT64_C(1) << FOUND_RUN | BIT(REVERSAL_LIST) | BIT(NOTED) | BIT(COUNTED) | BIT(SWEPT));
    world_check(world);
    world_destroy(world);
}
END_TEST

/* A server that goes wrong may have written anything anywhere, before it ended. */
START_TEST(numbers_that_are_none)
{
    static const uint64_t numbers[] = {HOLE, UINT64_C(1) << 40, UINT64_MAX - 1, UINT64_MAX / 64, FRAMES_MAX - 1};

    create_recovering();
    for (uint32_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++) {
        worker->control->intent = numbers[k] + 1;
        for (uint32_t n = 0; n < TRANSFER_FRAMES; n++)
            worker->transfer[n] = numbers[k] - n * (numbers[k] != HOLE);
        worker->control->intent_run = UINT64_MAX - k;
        world->keep->logs[1].length = UINT64_MAX - k;
        world->keep->workers = k == 4 ? UINT64_MAX : WORLD_WORKERS;
        world->keep->accounts_end = UINT64_MAX - k;
        ck_assert_uint_eq(restart().words[4], 0);
    }
    ck_assert_uint_eq(counted, 0);
    world->keep->workers = WORLD_WORKERS;
    world_check(world);
    world_destroy(world);
}
END_TEST

RUN_TESTS("recover", between_two_calls_there_is_nothing_to_do, what_was_found, kinds_of_intents, numbers_that_are_none)
