/* Ends of lists: members are dropped a turn at a time, and none is lost meanwhile. */
#include "tests/host/list_calls.h"
#include <stdlib.h>

#define MANY (3 * LIST_TURN + 7)

static uint64_t frames[MANY];

static uint64_t charged(void)
{
    return world_check(world).charged;
}

START_TEST(cleared)
{
    static const uint64_t left[] = {MANY - LIST_TURN, MANY - 2 * LIST_TURN, MANY - 3 * LIST_TURN, 0, 0};
    uint64_t before = MANY;

    create();
    uint64_t list = make_filled_list(frames, MANY);
    for (uint32_t k = 0; k < 5; k++) {
        struct message message = succeed(list_call(MESSAGE_LIST_CLEAR, list, 0, 0));
        ck_assert_uint_eq(message.words[0], before - left[k]);
        ck_assert_uint_eq(message.words[1], left[k]);
        ck_assert_uint_eq(message.words[2] | message.words[3] | message.words[4], 0);
        ck_assert_uint_eq(charged(), 1 + left[k]);
        expect_list(list, &frames[MANY - left[k]], left[k]);
        before = left[k];
    }
    world_destroy(world);
}
END_TEST

START_TEST(a_short_list_ends_at_once)
{
    create();
    for (uint64_t count = 0; count <= LIST_TURN; count += LIST_TURN / 2) {
        uint64_t list = make_filled_list(frames, count);
        ck_assert_uint_eq(succeed(give_back(list)).words[0], count + 1);
        ck_assert_uint_eq(charged(), 0);
    }
    world_destroy(world);
}
END_TEST

START_TEST(only_the_last_handle_ends_it)
{
    create();
    uint64_t list = make_filled_list(frames, 3);
    struct call call = lend(MESSAGE_CLONE, ACTION_CLONE, list, RIGHTS_FRAME);
    call.words[0] = RIGHT_READ;
    succeed(call);
    ck_assert_uint_eq(succeed(give_back(list)).words[0], 0);
    expect_list(list, frames, 3);
    ck_assert_uint_eq(succeed(give_back(list)).words[0], 4);
    ck_assert_uint_eq(charged(), 0);
    world_destroy(world);
}
END_TEST

/* Each later call drops a turn's worth. */
START_TEST(a_long_list_ends_bit_by_bit)
{
    create();
    uint64_t list = make_filled_list(frames, MANY);
    ck_assert_uint_eq(succeed(give_back(list)).words[0], LIST_TURN);
    ck_assert_uint_eq(charged(), MANY - LIST_TURN + 1);
    ck_assert_uint_eq(world->keep->accounts[1].used, MANY - LIST_TURN + 1);              /* its payer's until then */
    check_error(serve(list_call(MESSAGE_LIST_LOOK, list, LIST_FRONT, 0)), ERROR_UNUSED); /* a turn, though an error */
    ck_assert_uint_eq(charged(), MANY - 2 * LIST_TURN + 1);
    world_destroy(world);
}
END_TEST

static void later_call(void)
{
    struct message message = succeed((struct call){.operation = MESSAGE_STATISTICS});

    ck_assert_uint_eq(message.words[3], charged());
}

START_TEST(later_calls_reap)
{
    create();
    uint64_t list = make_filled_list(frames, MANY);
    succeed(give_back(list));
    for (uint64_t turns = 2; turns <= 3; turns++) {
        later_call();
        ck_assert_uint_eq(charged(), MANY - turns * LIST_TURN + 1);
    }
    later_call();
    ck_assert_uint_eq(charged(), 0);
    ck_assert(!lists_are_dying(worker));
    later_call();
    ck_assert_uint_eq(charged(), 0);
    world_destroy(world);
}
END_TEST

/* Many lists in one message: still one turn, all told. */
START_TEST(a_run_of_lists)
{
    uint64_t lists[20];

    create();
    for (uint32_t k = 0; k < 20; k++)
        lists[k] = make_filled_list(frames, 40);
    for (uint32_t k = 0; k < 20; k++)
        worker->transfer[k] = lists[k];
    struct message message = succeed((struct call){.operation = MESSAGE_DROP, .mode = MODE_DROP, .n = 20});
    ck_assert_uint_eq(message.words[0], LIST_TURN + 1); /* one list had its end, too */
    ck_assert_uint_eq(charged(), 20 * 41 - LIST_TURN - 1);
    for (uint32_t k = 0; k < 12; k++)
        later_call();
    ck_assert_uint_eq(charged(), 0);
    world_destroy(world);
}
END_TEST

/* NoMemory is said when no dying list has a frame left, and not before. */
START_TEST(allocations_find_them)
{
    world = world_create_plain(400);
    worker = &world->workers[0];
    uint64_t list = make_filled_list(frames, MANY);
    succeed(give_back(list));
    uint64_t left = 400 - (MANY + 1) + LIST_TURN; /* free by now */
    for (uint64_t k = 0; k < left; k++)
        allocate(); /* never by dispatch(), which would reap */
    ck_assert_uint_eq(charged(), 400);
    for (uint64_t k = 0; k < 400 - left; k++)
        allocate();
    refused((struct call){.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 1}, ERROR_NO_MEMORY);
    ck_assert_uint_eq(charged(), 400);
    world_destroy(world);
}
END_TEST

START_TEST(runs_find_them)
{
    world = world_create_plain(400);
    worker = &world->workers[0];
    uint64_t list = make_filled_list(frames, MANY);
    succeed(give_back(list));
    struct call call = {.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 400};
    succeed(call); /* all that the machine has */
    ck_assert_uint_eq(charged(), 400);
    world_destroy(world);

    world = world_create_plain(400);
    worker = &world->workers[0];
    list = make_filled_list(frames, MANY);
    succeed(give_back(list));
    call.words[0] = ALLOC_CONTIGUOUS;
    struct message message = serve(call);
    while (message.rsi == ERROR_AGAIN) { /* a wish does its share a call, however long the list */
        uint64_t before = charged();
        message = serve(call);
        ck_assert(message.rsi == ERROR_NONE || before - charged() <= 2 * LIST_TURN + 1);
    }
    ck_assert_uint_eq(message.rsi, ERROR_NONE);
    ck_assert_uint_eq(charged(), 400);
    world_destroy(world);
}
END_TEST

/* One that can never be met is refused in the end, and no call works on more than its share of a dropped list. */
START_TEST(vain_wishes_take_turns)
{
    world = world_create_plain(400);
    worker = &world->workers[0];
    uint64_t list = make_filled_list(frames, MANY);
    succeed(give_back(list));
    struct call call = {.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 400};
    call.words[0] = ALLOC_CONTIGUOUS | UINT64_C(18) << ALLOC_ALIGN_SHIFT;
    allocate();
    uint32_t calls = 0;
    for (struct message message = {.rsi = ERROR_AGAIN}; message.rsi == ERROR_AGAIN; calls++) {
        uint64_t before = charged();
        message = serve(call);
        ck_assert_uint_le(before - charged(), 2 * LIST_TURN + 1);
        ck_assert(message.rsi == ERROR_AGAIN || message.rsi == ERROR_NO_MEMORY);
    }
    ck_assert_uint_gt(calls, 1);
    world_destroy(world);
}
END_TEST

/* Against a limit only a turn helps; quick requests take it, too, or nothing would ever. */
START_TEST(limits_find_them)
{
    create();
    uint64_t list = make_filled_list(frames, MANY);
    succeed(give_back(list));
    world->keep->accounts[1].limit = world->keep->accounts[1].used;
    allocate();
    ck_assert_uint_eq(charged(), MANY - 2 * LIST_TURN + 2);
    world_destroy(world);
}
END_TEST

/* The transfer page and the intent of the call that is served are not the reaping's. */
START_TEST(calls_that_reap_do_their_own)
{
    create();
    uint64_t list = make_filled_list(frames, MANY);
    uint64_t run[3] = {allocate(), allocate(), allocate()};
    succeed(give_back(list));
    struct call call = lend_run(MESSAGE_UNIQUE, ACTION_NONE, run, 3);
    succeed(call);
    for (uint32_t k = 0; k < 3; k++)
        ck_assert_uint_eq(world_slot(world, run[k])->ref_count, REF_COUNT_UNIQUE);
    call = (struct call){.operation = MESSAGE_ALLOC, .want = ACTION_GRANT, .n = 5};
    refuse(succeed(call), ERROR_OCCUPIED);
    ck_assert_uint_eq(charged(), MANY + 1 - 3 * LIST_TURN + 3);
    world_destroy(world);
}
END_TEST

RUN_TESTS("list_end", cleared, a_short_list_ends_at_once, only_the_last_handle_ends_it, a_long_list_ends_bit_by_bit,
          later_calls_reap, a_run_of_lists, allocations_find_them, runs_find_them, vain_wishes_take_turns,
          limits_find_them, calls_that_reap_do_their_own)
