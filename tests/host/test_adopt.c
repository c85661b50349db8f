/* Who pays changes: adopted frames, handle tables as they come and go, and limits that dropped lists still count against. */
#include "tests/host/account_calls.h"
#include "tests/host/list_calls.h"
#include <stdlib.h>

static void destroy(void)
{
    world_check(world);
    world_destroy(world);
}

static uint64_t used(uint32_t account)
{
    return world->keep->accounts[account].used;
}

static uint64_t tables(uint32_t account)
{
    return world->keep->accounts[account].tables.used;
}

START_TEST(adopted)
{
    create();
    uint64_t frame = allocate_for(2);
    world_slot(world, frame)->storage[1] = 9;
    for (uint32_t times = 0; times < 2; times++) { /* the payer may adopt it too */
        succeed(adopt_call(1, frame));
        ck_assert_uint_eq(payer_of_frame(frame), 1);
        ck_assert_uint_eq(used(1), 1);
        ck_assert_uint_eq(used(2), 0);
        ck_assert_uint_eq(world_slot(world, frame)->ref_count, 1);
        ck_assert_uint_eq(world_slot(world, frame)->storage[1], 9);
        world_check(world);
    }
    world_slot(world, frame)->ref_count = 3;
    succeed(adopt_call(2, frame));
    ck_assert_uint_eq(world_slot(world, frame)->ref_count, 3);
    world_slot(world, frame)->ref_count = REF_COUNT_UNIQUE;
    succeed(adopt_call(3, frame));
    ck_assert_uint_eq(world_slot(world, frame)->ref_count, REF_COUNT_UNIQUE);
    ck_assert_uint_eq(used(3), 1);
    succeed(give_back(frame));
    ck_assert_uint_eq(used(1) + used(2) + used(3), 0);
    destroy();
}
END_TEST

START_TEST(adopt_errors)
{
    create();
    uint32_t poor = open_account(1, 1, 0);
    uint64_t frame = allocate_for(2);
    struct call call = adopt_call(1, frame);

    call.r13 = frame_word_make(frame, RIGHTS_FRAME & ~RIGHT_OWNER);
    refused(call, ERROR_MISSING_RIGHT);
    refused(adopt_call(99, frame), ERROR_NOT_PERMITTED);
    refused(adopt_call(1, USABLE_FRAME + 50), ERROR_UNUSED);
    world_slot(world, frame)->ref_count = REF_COUNT_BUSY;
    refused(adopt_call(1, frame), ERROR_BUSY);
    world_slot(world, frame)->ref_count = 1;
    refused(adopt_call(1, KERNEL_FRAME), ERROR_RESERVED);
    ck_assert_uint_eq(world_slot(world, KERNEL_FRAME)->ref_count, 1);
    succeed(table_call(frame, KIND_HANDLE_TABLE));
    expect_refusal(serve(adopt_call(poor, frame)), ERROR_TOO_MANY_TABLES, poor, 0, 0, 1);
    succeed(table_call(frame, KIND_UNTYPED));
    allocate_for(poor);
    expect_refusal(serve(adopt_call(poor, frame)), ERROR_OVER_LIMIT, poor, 1, 1, 1);
    ck_assert_uint_eq(payer_of_frame(frame), 2);
    ck_assert_uint_eq(world_slot(world, frame)->ref_count, 1);
    destroy();
}
END_TEST

/* The lent handle is taken back while the frame is adopted: the frame ends, and somebody paid for it to the end. */
START_TEST(adopted_and_gone)
{
    create();
    uint64_t frame = allocate_for(2);
    uint64_t count;

    ck_assert_int_eq(slot_add(world_slot(world, frame), &count), ERROR_NONE); /* as adopt does first */
    succeed(give_back(frame));
    ck_assert_uint_eq(used(2), 1);
    succeed(adopt_call(1, frame));
    succeed(give_back(frame)); /* as it does last */
    ck_assert_uint_eq(used(1) + used(2), 0);
    destroy();
}
END_TEST

START_TEST(tables_are_counted)
{
    create();
    uint32_t payer = open_account(1, 10, 2);
    uint64_t first = allocate_for(payer);
    uint64_t second = allocate_for(payer);
    uint64_t third = allocate_for(payer);

    succeed(table_call(first, KIND_HANDLE_TABLE));
    succeed(table_call(first, KIND_HANDLE_TABLE)); /* it is one already */
    ck_assert_uint_eq(tables(payer), 1);
    succeed(table_call(second, KIND_HANDLE_TABLE));
    expect_refusal(serve(table_call(third, KIND_HANDLE_TABLE)), ERROR_TOO_MANY_TABLES, payer, 2, 2, 1);
    ck_assert_uint_eq(world_slot(world, third)->ref_count, 1);
    ck_assert_uint_eq(kind_word_kind(world_slot(world, third)->kind_word), KIND_UNTYPED);
    succeed(table_call(third, KIND_PAGE_TABLE)); /* another kind */
    succeed(table_call(first, KIND_UNTYPED));
    ck_assert_uint_eq(tables(payer), 1);
    succeed(table_call(third, KIND_HANDLE_TABLE));
    world_check(world);
    succeed(adopt_call(1, third));
    ck_assert_uint_eq(tables(payer), 1);
    ck_assert_uint_eq(tables(1), 1);
    succeed(give_back(third));
    ck_assert_uint_eq(tables(1), 0);
    succeed(give_back(second));
    ck_assert_uint_eq(tables(payer), 0);
    destroy();
}
END_TEST

START_TEST(tables_that_are_dropped_together)
{
    create();
    succeed(alloc_call(1, 64));
    uint64_t frames[64];
    memcpy(frames, worker->transfer, sizeof(frames));
    for (uint32_t k = 0; k < 64; k++)
        succeed(table_call(frames[k], KIND_HANDLE_TABLE));
    ck_assert_uint_eq(tables(1), 64);
    memcpy(worker->transfer, frames, sizeof(frames));
    struct message message = succeed((struct call){.operation = MESSAGE_DROP, .mode = MODE_DROP, .n = 64});
    ck_assert_uint_eq(message.words[0], 64);
    ck_assert_uint_eq(tables(1) + used(1), 0);
    ck_assert_uint_eq(world_check(world).charged, 0);
    destroy();
}
END_TEST

START_TEST(a_refused_table_is_not_counted)
{
    create();
    uint64_t frame = allocate();
    refuse(succeed(table_call(frame, KIND_HANDLE_TABLE)), ERROR_MAPPED);
    ck_assert_uint_eq(tables(1), 0);
    succeed(table_call(frame, KIND_HANDLE_TABLE));
    refuse(succeed(table_call(frame, KIND_UNTYPED)), ERROR_INSTALLED);
    ck_assert_uint_eq(tables(1), 1);
    refuse(succeed(table_call(frame, KIND_PAGE_TABLE)), ERROR_INSTALLED);
    ck_assert_uint_eq(tables(1), 1);
    destroy();
}
END_TEST

/* Another account used what a change of kind had set free before the kernel refused it. */
START_TEST(a_table_too_many_takes_nothing_from_others)
{
    create();
    uint32_t parent = open_account(1, 100, 10);
    uint32_t child = open_account(parent, 50, 1);
    uint64_t first = allocate_for(child);
    uint64_t second = allocate_for(child);

    succeed(table_call(first, KIND_HANDLE_TABLE));
    struct message message = succeed(table_call(first, KIND_UNTYPED));
    bool changes;
    ck_assert_int_eq(frames_repurpose(&world->workers[1], second, KIND_HANDLE_TABLE, &changes), ERROR_NONE);
    refuse(message, ERROR_INSTALLED);
    ck_assert_uint_eq(tables(child), 2);
    refused(open_call(child, 0, 1), ERROR_TOO_MANY_TABLES);
    close_account(parent, child);
    expect_account(parent, 0, 98, 0, 9);
    succeed(give_back(first));
    expect_account(parent, 0, 99, 0, 9);
    succeed(give_back(second));
    expect_account(parent, 0, 100, 0, 10);
    destroy();
}
END_TEST

START_TEST(tasks_and_endpoints)
{
    static const enum kind kinds[] = {KIND_TASK, KIND_ENDPOINT};

    create();
    for (uint32_t k = 0; k < 2; k++) {
        for (uint32_t unique = 0; unique < 2; unique++) {
            uint64_t frame = unique ? allocate_unique() : allocate();
            struct slot *slot = world_slot(world, frame);
            struct slot before = *slot;
            refuse(succeed(table_call(frame, kinds[k])), ERROR_MAPPED);
            ck_assert_mem_eq(slot, &before, sizeof(before));
            ck_assert_uint_eq(succeed(table_call(frame, kinds[k])).r14, kinds[k]);
            ck_assert_uint_eq(slot->ref_count, 1);
            ck_assert_uint_eq(slot->kind_word, kind_word(kinds[k], 0, 1));
            for (uint32_t next = KIND_UNTYPED; next <= KIND_RECORD; next++)
                refused(table_call(frame, next), ERROR_WRONG_KIND);
            refused(lend(MESSAGE_UNIQUE, ACTION_NONE, frame, RIGHTS_FRAME), ERROR_WRONG_KIND);
            ck_assert_uint_eq(slot->ref_count, 1);
            struct call call = lend(MESSAGE_CLONE, ACTION_CLONE, frame, RIGHTS_FRAME);
            call.words[0] = RIGHTS_FRAME;
            succeed(call);
            ck_assert_uint_eq(slot->ref_count, 2);
            succeed(adopt_call(2, frame));
            succeed(give_back(frame));
            ck_assert_uint_eq(succeed(give_back(frame)).words[0], 1);
        }
    }
    uint64_t table = allocate();
    succeed(table_call(table, KIND_HANDLE_TABLE));
    succeed(table_call(table, KIND_TASK));
    ck_assert_uint_eq(world_slot(world, table)->ref_count, 1);
    ck_assert_uint_eq(tables(1), 0);
    destroy();
}
END_TEST

/* Members of a list that was dropped still count against the limit: work goes on until that is known. */
START_TEST(again_while_dropped_lists_end)
{
    static uint64_t members[6 * LIST_TURN];
    const uint64_t many = sizeof(members) / sizeof(members[0]);

    create();
    uint32_t rich = open_account(1, many + 10, 0);
    uint32_t poor = open_account(1, 0, 0);
    uint64_t list = make_filled_list(members, many);
    succeed(adopt_call(rich, members[many - 1])); /* its last member is the only one that the account pays for */
    succeed(limit_call(1, rich, 1, 0));
    succeed(give_back(list));

    uint32_t calls = 0;
    struct message message;
    while ((message = serve(alloc_call(rich, 1))).rsi == ERROR_AGAIN) {
        check_error(message, ERROR_AGAIN);
        calls += 1;
    }
    check_error(message, ERROR_NONE);
    ck_assert_uint_ge(calls, 1);
    expect_refusal(serve(alloc_call(rich, 1)), ERROR_OVER_LIMIT, rich, 1, 1, 1);
    check_error(serve(alloc_call(poor, 1)), ERROR_OVER_LIMIT);
    destroy();
}
END_TEST

RUN_TESTS("adopt", adopted, adopt_errors, adopted_and_gone, tables_are_counted, tables_that_are_dropped_together,
          a_refused_table_is_not_counted, a_table_too_many_takes_nothing_from_others, tasks_and_endpoints,
          again_while_dropped_lists_end)
