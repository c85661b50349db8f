/* Revoke, and who holds what an account pays for: against a kernel that knows handles to a few frames. */
#include "servers/frameserv/core/holders.h"
#include "tests/host/account_calls.h"
#include "tests/host/list_calls.h"
#include <stdlib.h>

/* The kernel's: handles to the frame that was lent, and how many calls it takes until the lent one is gone itself. */
static uint64_t lent_frame;
static uint64_t handles;
static uint32_t strips;
static uint32_t revoked_at;
static uint64_t taken_in_all; /* for one call */

static enum error strip(uint64_t *taken, uint64_t *left, uint64_t *total)
{
    strips += 1;
    ck_assert_uint_eq(worker->control->intent, lent_frame + 1);
    if (strips == revoked_at)
        return ERROR_REVOKED;
    *taken = handles - 1 < 32 ? handles - 1 : 32;
    handles -= *taken;
    taken_in_all += *taken;
    *total = taken_in_all;
    *left = handles;
    return ERROR_NONE;
}

static uint64_t held_frame; /* by a task with this name: */
static const char held_by[24] = "somebody";

static enum error holder(uint64_t frame, uint64_t name[3])
{
    name[0] = 1; /* whatever an error leaves */
    if (frame != held_frame)
        return ERROR_UNUSED;
    memcpy(name, held_by, sizeof(held_by));
    return ERROR_NONE;
}

static const struct kernel_calls kernel = {.strip = strip, .holder = holder};

static void begin(void)
{
    create();
    worker->kernel = &kernel;
    strips = 0;
    revoked_at = UINT32_MAX;
    held_frame = FRAME_NONE;
}

static void destroy(void)
{
    world_check(world);
    world_destroy(world);
}

static struct message succeed_anew(struct call call)
{
    taken_in_all = 0;
    return succeed(call);
}

/* A frame with so many handles, of which the caller's is one. */
static struct call revoke_call(uint64_t count)
{
    lent_frame = allocate();
    world_slot(world, lent_frame)->ref_count = count;
    handles = count;
    return lend(MESSAGE_REVOKE, ACTION_REVOKE, lent_frame, RIGHTS_FRAME);
}

START_TEST(revoked)
{
    static const uint64_t counts[] = {1, 2, 32, 33, 34, 65, 512, 513};

    begin();
    for (uint32_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
        struct call call = revoke_call(counts[k]);
        struct message message = succeed_anew(call);
        ck_assert_uint_eq(rax_action(message.rax), ACTION_NONE);
        ck_assert_uint_eq(message.words[0], counts[k] - 1);
        ck_assert_uint_eq(message.words[1], 1);
        ck_assert_uint_eq(world_slot(world, lent_frame)->ref_count, 1);
        ck_assert_uint_eq(succeed_anew(call).words[0], 0);
        ck_assert_uint_eq(succeed(give_back(lent_frame)).words[0], 1);
    }
    destroy();
}
END_TEST

START_TEST(revoked_in_turns)
{
    begin();
    struct call call = revoke_call(1200);
    struct message message = succeed_anew(call);
    ck_assert_uint_eq(message.words[0], REVOKE_TURN);
    ck_assert_uint_eq(message.words[1], 1200 - REVOKE_TURN);
    ck_assert_uint_eq(strips, REVOKE_TURN / 32);
    ck_assert_uint_eq(world_slot(world, lent_frame)->ref_count, 1200 - REVOKE_TURN);
    ck_assert_uint_eq(succeed_anew(call).words[0], REVOKE_TURN);
    message = succeed_anew(call);
    ck_assert_uint_eq(message.words[0], 1199 - 2 * REVOKE_TURN);
    ck_assert_uint_eq(message.words[1], 1);
    destroy();
}
END_TEST

/* A clone that another worker has counted, and the kernel has not entered, is not among those that were taken. */
START_TEST(just_what_was_taken_is_subtracted)
{
    begin();
    struct call call = revoke_call(40);
    uint64_t count;
    ck_assert_int_eq(frames_clone(&world->workers[1], lent_frame, &count), ERROR_NONE);
    ck_assert_uint_eq(succeed_anew(call).words[0], 39);
    ck_assert_uint_eq(world_slot(world, lent_frame)->ref_count, 2);
    ck_assert_uint_eq(frames_drop(&world->workers[1], lent_frame), 0); /* the kernel refused the clone */
    destroy();
}
END_TEST

START_TEST(an_exclusive_owner_revokes_nothing)
{
    begin();
    struct call call = revoke_call(REF_COUNT_UNIQUE);
    struct message message = succeed_anew(call);
    ck_assert_uint_eq(message.words[0], 0);
    ck_assert_uint_eq(message.words[1], 1);
    ck_assert_uint_eq(strips, 0);
    ck_assert_uint_eq(world_slot(world, lent_frame)->ref_count, REF_COUNT_UNIQUE);
    destroy();
}
END_TEST

START_TEST(revoke_errors)
{
    begin();
    struct call call = revoke_call(100);
    struct slot *slot = world_slot(world, lent_frame);

    call.r13 = frame_word_make(lent_frame, RIGHTS_FRAME & ~RIGHT_OWNER);
    refused(call, ERROR_MISSING_RIGHT);
    call.r13 = frame_word_make(lent_frame, RIGHTS_FRAME);
    slot->ref_count = REF_COUNT_BUSY;
    refused(call, ERROR_BUSY);
    slot->ref_count = REF_COUNT_UNUSED;
    refused(call, ERROR_UNUSED);
    slot->ref_count = 100;
    call.want = ACTION_NONE;
    refused(call, ERROR_NOT_WANTED);
    call.want = ACTION_REVOKE;
    call.n = 2;
    refused(call, ERROR_BAD_COUNT);
    ck_assert_uint_eq(strips, 0);
    call.n = 1;
    revoked_at = 3; /* somebody else revokes at the same time */
    refused(call, ERROR_REVOKED);
    ck_assert_uint_eq(slot->ref_count, 100 - 2 * 32); /* those before are gone */
    ck_assert_uint_eq(handles, slot->ref_count);
    destroy();
}
END_TEST

static struct call whohas(uint32_t account, uint64_t address)
{
    return (struct call){.operation = MESSAGE_WHOHAS, .words = {account, address}};
}

/* The next frame of an account from an address on, in as many calls as it takes. */
static struct message next(uint32_t account, uint64_t address, uint32_t *calls)
{
    struct message message;

    for (*calls = 1; (message = serve(whohas(account, address))).rsi == ERROR_NONE && message.words[1] == 0;
         *calls += 1) {
        expect_lt(address, message.words[0]);
        address = message.words[0];
    }
    return message;
}

START_TEST(holders)
{
    uint64_t frames[3];
    uint32_t calls;

    begin();
    uint32_t account = open_account(1, 10, 1);
    for (uint32_t k = 0; k < 3; k++) {
        allocate();
        frames[k] = allocate_for(account);
        allocate();
    }
    world_slot(world, frames[0])->ref_count = 5;
    world_slot(world, frames[2])->ref_count = REF_COUNT_UNIQUE;
    held_frame = frames[0];
    uint64_t address = 0;
    for (uint32_t k = 0; k < 3; k++) {
        struct message message = next(account, address, &calls);
        check_error(message, ERROR_NONE);
        ck_assert_uint_eq(message.words[0], frames[k] * FRAME_SIZE);
        ck_assert_uint_eq(message.words[1], k == 0 ? 5 : 1);
        if (k == 0)
            ck_assert_mem_eq(&message.words[2], held_by, sizeof(held_by));
        else
            ck_assert_uint_eq(message.words[2] | message.words[3] | message.words[4], 0);
        address = message.words[0] + FRAME_SIZE;
    }
    check_error(next(account, address, &calls), ERROR_OUT_OF_BOUND);
    destroy();
}
END_TEST

/* Memory that nobody touched is not touched for it: here no page beside those of the few frames in use. */
START_TEST(free_memory_is_skipped)
{
    uint32_t calls;

    begin();
    uint64_t frame = allocate();
    uint64_t pages = world->pages_backed;
    check_error(next(1, 0, &calls), ERROR_NONE);
    struct message message = next(1, (frame + 1) * FRAME_SIZE, &calls);
    check_error(message, ERROR_OUT_OF_BOUND);
    ck_assert_uint_le(calls, 4); /* the kernel's and other frames in use */
    ck_assert_uint_le(world->pages_backed - pages, 45);
    destroy();
}
END_TEST

START_TEST(fresh_memory_is_not_touched)
{
    static const struct world_region regions[] = {{REGION_USABLE, 3 * GRANULE_FRAMES},
                                                  {REGION_UNKNOWN, 5000},
                                                  {REGION_USABLE, GRANULE_FRAMES + 7},
                                                  {REGION_MODULE, 9},
                                                  {REGION_USABLE, 100},
                                                  {REGION_UNKNOWN, 0}};
    uint32_t calls;

    world = world_create(regions);
    worker = &world->workers[0];
    check_error(next(1, 0, &calls), ERROR_OUT_OF_BOUND);
    ck_assert_uint_eq(calls, 1);
    ck_assert_uint_le(world->pages_backed, 2); /* the module's */
    for (uint32_t k = 0; k < BUDDY_ORDERS; k++)
        ck_assert_uint_eq(world->keep->buddy.first[ZONE_LOW][k], FRAME_NONE);
    destroy();
}
END_TEST

START_TEST(a_call_looks_at_so_many_frames)
{
    uint64_t last = 0;
    uint32_t calls;

    begin();
    for (uint32_t k = 0; k < 5; k++) {
        succeed(alloc_call(2, 512));
        for (uint32_t n = 0; n < 512; n++)
            last = worker->transfer[n] > last ? worker->transfer[n] : last;
    }
    succeed(adopt_call(1, last));
    struct message message = next(0, 0, &calls);
    ck_assert_uint_eq(message.words[0], last * FRAME_SIZE);
    ck_assert_uint_ge(calls, 5 * 512 / HOLDERS_TURN);
    ck_assert_uint_le(calls, 5 * 512 / HOLDERS_TURN + 2);
    succeed(give_back(last));
    check_error(next(0, 0, &calls), ERROR_OUT_OF_BOUND);
    destroy();
}
END_TEST

START_TEST(members_of_lists_are_paid_for_too)
{
    uint64_t member;
    uint32_t calls;

    begin();
    uint64_t list = make_filled_list(&member, 1);
    succeed(adopt_call(2, list));
    struct message message = next(0, 0, &calls);
    ck_assert_uint_eq(message.words[0], member * FRAME_SIZE);
    ck_assert_uint_eq(message.words[1], 1);
    ck_assert_uint_eq(message.words[2], 0);
    destroy();
}
END_TEST

START_TEST(whohas_errors)
{
    begin();
    uint32_t child = open_account(1, 10, 1);
    uint32_t grandchild = open_account(child, 5, 1);
    uint64_t frame = allocate_for(grandchild);
    struct call call = whohas(grandchild, 0);

    succeed_anew(call);
    call.account = 2;
    refused(call, ERROR_NO_ACCOUNT);
    call.services = SERVICE_RIGHT_LOOKUP;
    succeed_anew(call);
    call.words[0] = 200;
    refused(call, ERROR_NO_ACCOUNT);
    call.words[0] = ACCOUNT_SYSTEM;
    refused(call, ERROR_NO_ACCOUNT);
    call.words[0] = UINT64_MAX;
    refused(call, ERROR_NO_ACCOUNT);
    call = whohas(0, 1);
    refused(call, ERROR_NOT_ALIGNED);
    call.words[1] = world->window.frame_count * FRAME_SIZE;
    refused(call, ERROR_OUT_OF_BOUND);
    call.words[1] = UINT64_MAX - 4095;
    refused(call, ERROR_OUT_OF_BOUND);
    call.account = 99;
    refused(call, ERROR_NOT_PERMITTED);
    close_account(1, child); /* what is charged still can be looked for */
    call = whohas(grandchild, frame * FRAME_SIZE);
    ck_assert_uint_eq(succeed_anew(call).words[0], frame * FRAME_SIZE);
    succeed(give_back(frame));
    accounts_settle(worker);
    refused(call, ERROR_NO_ACCOUNT);
    destroy();
}
END_TEST

RUN_TESTS("holders", revoked, revoked_in_turns, just_what_was_taken_is_subtracted, an_exclusive_owner_revokes_nothing,
          revoke_errors, holders, free_memory_is_skipped, fresh_memory_is_not_touched, a_call_looks_at_so_many_frames,
          members_of_lists_are_paid_for_too, whohas_errors)
