/* Lists by message: order, cursors, what may not be pushed or taken, and what the kernel refuses. */
#include "tests/host/list_calls.h"
#include <stdlib.h>

static uint64_t frames[8];

START_TEST(pushed_and_popped)
{
    create();
    uint64_t list = make_list();
    uint64_t a = allocate_unique();
    uint64_t b = allocate_unique();
    uint64_t c = allocate_unique();
    struct message message = succeed(push_call(list, a, LIST_FRONT, 0));
    ck_assert_uint_eq(message.words[0], 1);
    ck_assert_uint_eq(message.words[1] | message.r13 | message.r14, 0);
    ck_assert_uint_eq(world->controls[0].intent, a + 1);
    ck_assert_uint_eq(push(list, b, LIST_FRONT, 0), 2);
    ck_assert_uint_eq(push(list, c, LIST_BACK, 0), 3);
    expect_list(list, (uint64_t[]){b, a, c}, 3);
    ck_assert_uint_eq(world->keep->accounts[1].used, 4); /* still their payer's */
    world_check(world);

    message = take(list, LIST_FRONT, 0); /* last in, first out */
    ck_assert_uint_eq(rax_action(message.rax), ACTION_HAND_BACK);
    ck_assert_uint_eq(rax_n(message.rax), 1);
    ck_assert_uint_eq(message.r13, b * FRAME_SIZE);
    ck_assert_uint_eq(message.r14, RIGHTS_FRAME);
    ck_assert_uint_eq(message.words[0], b * FRAME_SIZE);
    ck_assert_uint_eq(message.words[1], a * FRAME_SIZE);
    ck_assert_uint_eq(message.words[2], 2);
    const struct slot *slot = world_slot(world, b);
    ck_assert_uint_eq(slot->ref_count, REF_COUNT_UNIQUE);
    ck_assert_uint_eq(slot->in_list | slot->storage[MEMBER_NEXT] | slot->storage[MEMBER_PREVIOUS], 0);
    message = take(list, LIST_BACK, 0);
    ck_assert_uint_eq(message.words[0], c * FRAME_SIZE);
    ck_assert_uint_eq(message.words[1], LIST_GHOST);
    message = take(list, LIST_AT, a * FRAME_SIZE);
    ck_assert_uint_eq(message.words[1], LIST_GHOST);
    ck_assert_uint_eq(message.words[2], 0);
    expect_list(list, frames, 0);
    ck_assert_uint_eq(world_check(world).charged, 4);
    world_destroy(world);
}
END_TEST

START_TEST(inserted_and_taken_at_a_cursor)
{
    create();
    uint64_t list = make_filled_list(frames, 3);
    uint64_t x = allocate_unique();
    uint64_t y = allocate_unique();
    uint64_t z = allocate_unique();
    push(list, x, LIST_BEFORE, frames[1] * FRAME_SIZE);
    push(list, y, LIST_BEFORE, frames[0] * FRAME_SIZE);
    push(list, z, LIST_BEFORE, LIST_GHOST); /* the back */
    expect_list(list, (uint64_t[]){y, frames[0], x, frames[1], frames[2], z}, 6);
    struct message message = take(list, LIST_AT, x * FRAME_SIZE); /* the cursor moves on */
    ck_assert_uint_eq(message.words[1], frames[1] * FRAME_SIZE);
    expect_list(list, (uint64_t[]){y, frames[0], frames[1], frames[2], z}, 5);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(words_of_members)
{
    static const uint64_t words[MESSAGE_WORDS] = {11, 12, 13};

    create();
    uint64_t list = make_list();
    uint64_t frame = allocate_unique();
    struct call call = lend(MESSAGE_SET_METADATA, ACTION_NONE, frame, RIGHTS_FRAME);
    memcpy(call.words, words, sizeof(words));
    succeed(call);
    push(list, frame, LIST_BACK, 0);
    struct message message = look(list, LIST_FRONT, 0);
    ck_assert_uint_eq(message.words[0], frame * FRAME_SIZE);
    ck_assert_uint_eq(message.words[1], 1);
    ck_assert_mem_eq(&message.words[2], words, 3 * sizeof(words[0]));
    call = list_call(MESSAGE_LIST_WRITE, list, frame * FRAME_SIZE, 21);
    call.words[2] = 22;
    call.words[3] = 23;
    call.words[4] = 24; /* none of them */
    message = succeed(call);
    ck_assert_uint_eq(message.words[0], 0);
    message = look(list, LIST_AT, frame * FRAME_SIZE);
    ck_assert_uint_eq(message.words[2], 21);
    ck_assert_uint_eq(message.words[4], 23);
    world_check(world);
    take(list, LIST_FRONT, 0);
    message = succeed(lend(MESSAGE_METADATA, ACTION_NONE, frame, RIGHTS_FRAME));
    ck_assert_mem_eq(message.words, ((uint64_t[]){21, 22, 23, 0, 0}), sizeof(message.words));
    world_destroy(world);
}
END_TEST

START_TEST(what_can_not_be_pushed)
{
    create();
    uint64_t list = make_filled_list(frames, 2);
    uint64_t frame = allocate();
    struct slot *slot = world_slot(world, frame);
    refused(push_call(list, frame, LIST_BACK, 0), ERROR_NOT_UNIQUE);
    slot->ref_count = REF_COUNT_BUSY;
    refused(push_call(list, frame, LIST_BACK, 0), ERROR_BUSY);
    slot->ref_count = REF_COUNT_UNUSED;
    refused(push_call(list, frame, LIST_BACK, 0), ERROR_UNUSED);
    slot->ref_count = REF_COUNT_UNIQUE;
    for (uint32_t k = 3; k < 5; k++) {
        slot->storage[k] = 1;
        refused(push_call(list, frame, LIST_BACK, 0), ERROR_TOO_LONG);
        slot->storage[k] = 0;
    }
    slot->kind_word = kind_word(KIND_RECORD, 0, 1);
    refused(push_call(list, frame, LIST_BACK, 0), ERROR_WRONG_KIND);
    slot->kind_word = kind_word(KIND_UNTYPED, 0, 1);
    for (uint64_t place = 0; place < 70; place++) {
        if (place != LIST_FRONT && place != LIST_BACK && place != LIST_BEFORE)
            refused(push_call(list, frame, place, frames[0] * FRAME_SIZE), ERROR_BAD_ARGUMENT);
    }
    refused(push_call(list, frame, UINT64_MAX, 0), ERROR_BAD_ARGUMENT);
    refused(push_call(list, frame, LIST_BEFORE, frame * FRAME_SIZE), ERROR_NOT_LISTED); /* before itself */
    refused(push_call(list, frame, LIST_BEFORE, list * FRAME_SIZE), ERROR_NOT_LISTED);
    refused(push_call(frame, frame, LIST_BACK, 0), ERROR_WRONG_KIND); /* into no list */
    struct call call = push_call(list, frame, LIST_BACK, 0);
    call.r14 = frame_word_make(list, RIGHTS_FRAME & ~RIGHT_WRITE);
    refused(call, ERROR_MISSING_RIGHT);
    expect_list(list, frames, 2);
    world_check(world);
    world_destroy(world);
}
END_TEST

/* Every address that is no member's, for every operation that takes one. */
START_TEST(wrong_cursors)
{
    create();
    uint64_t list = make_filled_list(frames, 2);
    uint64_t other = make_filled_list(&frames[2], 1);
    uint64_t taken = allocate_unique();
    push(list, taken, LIST_FRONT, 0);
    take(list, LIST_FRONT, 0); /* a cursor at it is outdated */
    const struct {
        uint64_t address;
        enum error error;
    } rows[] = {{taken * FRAME_SIZE, ERROR_NOT_LISTED},
                {frames[2] * FRAME_SIZE, ERROR_NOT_LISTED}, /* in another list */
                {list * FRAME_SIZE, ERROR_NOT_LISTED},
                {other * FRAME_SIZE, ERROR_NOT_LISTED},
                {KERNEL_FRAME * FRAME_SIZE, ERROR_NOT_LISTED},
                {(USABLE_FRAME + 5000) * FRAME_SIZE, ERROR_NOT_LISTED},
                {frames[0] * FRAME_SIZE + 1, ERROR_NOT_ALIGNED},
                {UINT64_MAX - 1, ERROR_NOT_ALIGNED},
                {world->window.frame_count * FRAME_SIZE, ERROR_OUT_OF_BOUND},
                {UINT64_MAX - FRAME_SIZE + 1, ERROR_OUT_OF_BOUND},
                {HOLE * FRAME_SIZE, ERROR_HOLE},
                {8 * FRAME_SIZE, ERROR_RESERVED}};
    uint64_t frame = allocate_unique();
    for (uint32_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
        refused(list_call(MESSAGE_LIST_TAKE, list, LIST_AT, rows[k].address), rows[k].error);
        refused(list_call(MESSAGE_LIST_LOOK, list, LIST_AT, rows[k].address), rows[k].error);
        refused(list_call(MESSAGE_LIST_LOOK, list, LIST_AFTER, rows[k].address), rows[k].error);
        refused(list_call(MESSAGE_LIST_LOOK, list, LIST_BEFORE, rows[k].address), rows[k].error);
        refused(list_call(MESSAGE_LIST_WRITE, list, rows[k].address, 1), rows[k].error);
        refused(push_call(list, frame, LIST_BEFORE, rows[k].address), rows[k].error);
    }
    refused(list_call(MESSAGE_LIST_TAKE, list, LIST_AT, LIST_GHOST), ERROR_EMPTY_LIST);
    refused(list_call(MESSAGE_LIST_LOOK, list, LIST_AT, LIST_GHOST), ERROR_EMPTY_LIST);
    refused(list_call(MESSAGE_LIST_WRITE, list, LIST_GHOST, 1), ERROR_EMPTY_LIST);
    refused(list_call(MESSAGE_LIST_TAKE, list, LIST_AFTER, LIST_GHOST), ERROR_BAD_ARGUMENT);
    refused(list_call(MESSAGE_LIST_TAKE, list, UINT64_MAX, 0), ERROR_BAD_ARGUMENT);
    refused(list_call(MESSAGE_LIST_LOOK, list, 5, 0), ERROR_BAD_ARGUMENT);
    expect_list(list, frames, 2);
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(empty_lists_and_rights)
{
    create();
    uint64_t list = make_list();
    refused(list_call(MESSAGE_LIST_TAKE, list, LIST_FRONT, 0), ERROR_EMPTY_LIST);
    refused(list_call(MESSAGE_LIST_TAKE, list, LIST_BACK, 0), ERROR_EMPTY_LIST);
    refused(list_call(MESSAGE_LIST_LOOK, list, LIST_FRONT, 0), ERROR_EMPTY_LIST);
    refused(list_call(MESSAGE_LIST_LOOK, list, LIST_BACK, 0), ERROR_EMPTY_LIST);
    struct message message = look(list, LIST_AFTER, LIST_GHOST);
    ck_assert_uint_eq(message.words[0], LIST_GHOST);
    static const enum operation writes[] = {MESSAGE_LIST_TAKE, MESSAGE_LIST_WRITE, MESSAGE_LIST_CLEAR};
    for (uint32_t k = 0; k < 3; k++) {
        struct call call = list_call(writes[k], list, LIST_FRONT, 0);
        call.r13 = frame_word_make(list, RIGHTS_FRAME & ~RIGHT_WRITE);
        refused(call, ERROR_MISSING_RIGHT);
    }
    struct call call = list_call(MESSAGE_LIST_LOOK, list, LIST_FRONT, 0);
    call.r13 = frame_word_make(list, RIGHTS_FRAME & ~RIGHT_READ);
    refused(call, ERROR_MISSING_RIGHT);
    /* What is no list, or none any more. */
    static const enum operation operations[] = {MESSAGE_LIST_TAKE, MESSAGE_LIST_LOOK, MESSAGE_LIST_WRITE,
                                                MESSAGE_LIST_CLEAR};
    uint64_t frame = allocate();
    for (uint32_t k = 0; k < 4; k++) {
        refused(list_call(operations[k], frame, LIST_FRONT, 0), ERROR_WRONG_KIND);
        world_slot(world, list)->ref_count = REF_COUNT_BUSY;
        refused(list_call(operations[k], list, LIST_FRONT, 0), ERROR_BUSY);
        world_slot(world, list)->ref_count = REF_COUNT_UNUSED;
        refused(list_call(operations[k], list, LIST_FRONT, 0), ERROR_UNUSED);
        world_slot(world, list)->ref_count = 1;
    }
    world_check(world);
    world_destroy(world);
}
END_TEST

START_TEST(ids_are_never_used_again)
{
    create();
    uint64_t last = 0;
    uint64_t list = allocate();
    for (uint32_t k = 0; k < 200; k++) { /* as many as there are locks, and more */
        repurpose_frame(list, KIND_LIST);
        uint64_t id = world_slot(world, list)->storage[LIST_WORD_ID];
        ck_assert_uint_gt(id, last);
        last = id;
        repurpose_frame(list, KIND_UNTYPED);
    }
    /* A member of an old list at the same frame is none of the new one. */
    repurpose_frame(list, KIND_LIST);
    uint64_t frame = allocate_unique();
    push(list, frame, LIST_BACK, 0);
    struct call call = lend(MESSAGE_REPURPOSE, ACTION_CONVERT, list, RIGHTS_FRAME);
    call.words[0] = KIND_UNTYPED;
    refused(call, ERROR_NOT_EMPTY);
    ck_assert_uint_eq(world_slot(world, list)->ref_count, 1);
    take(list, LIST_FRONT, 0);
    succeed(call);
    repurpose_frame(list, KIND_LIST);
    refused(list_call(MESSAGE_LIST_LOOK, list, LIST_AT, frame * FRAME_SIZE), ERROR_NOT_LISTED);
    world_check(world);
    world_destroy(world);
}
END_TEST

/* The kernel refuses to hand a frame back: it stays where it was. */
START_TEST(refused_takes)
{
    create();
    uint64_t list = make_filled_list(frames, 4);
    for (uint32_t k = 0; k < 4; k++) {
        struct slot before = *world_slot(world, frames[k]);
        refuse(take(list, LIST_AT, frames[k] * FRAME_SIZE), ERROR_NOT_WANTED);
        expect_list(list, frames, 4);
        ck_assert_mem_eq(world_slot(world, frames[k]), &before, sizeof(before));
    }
    refuse(take(list, LIST_FRONT, 0), ERROR_NOT_WANTED);
    refuse(take(list, LIST_BACK, 0), ERROR_NOT_WANTED);
    expect_list(list, frames, 4);
    world_check(world);
    world_destroy(world);
}
END_TEST

/* By then another worker has changed the list. */
START_TEST(refused_takes_from_changed_lists)
{
    struct worker *other = NULL;
    struct list_found found;

    create();
    other = &world->workers[1];
    uint64_t list = make_filled_list(frames, 4);
    struct message message = take(list, LIST_AT, frames[1] * FRAME_SIZE);
    ck_assert_int_eq(lists_take(other, list, LIST_AT, frames[2] * FRAME_SIZE, &found), ERROR_NONE);
    refuse(message, ERROR_NOT_WANTED); /* after the one that was before it */
    expect_list(list, (uint64_t[]){frames[0], frames[1], frames[3]}, 3);
    message = take(list, LIST_AT, frames[0] * FRAME_SIZE);
    ck_assert_int_eq(lists_take(other, list, LIST_AT, frames[1] * FRAME_SIZE, &found), ERROR_NONE);
    refuse(message, ERROR_NOT_WANTED); /* it was the front */
    expect_list(list, (uint64_t[]){frames[0], frames[3]}, 2);
    message = take(list, LIST_AT, frames[0] * FRAME_SIZE);
    ck_assert_int_eq(lists_take(other, list, LIST_AT, frames[3] * FRAME_SIZE, &found), ERROR_NONE);
    refuse(message, ERROR_NOT_WANTED);
    expect_list(list, frames, 1);
    world_check(world);

    message = take(list, LIST_FRONT, 0);
    ck_assert_uint_eq(frames_drop(other, list), 1); /* no list any more: the frame ends, too */
    refuse(message, ERROR_NOT_WANTED);
    ck_assert_uint_eq(world_check(world).charged, 3);

    list = make_filled_list(frames, 1);
    message = take(list, LIST_FRONT, 0);
    world_slot(world, list)->storage[LIST_WORD_ID] = lists_new_id(other); /* its frame is another list by now */
    refuse(message, ERROR_NOT_WANTED);
    expect_list(list, frames, 0);
    ck_assert_uint_eq(world_check(world).charged, 4);
    world_destroy(world);
}
END_TEST

RUN_TESTS("list", pushed_and_popped, inserted_and_taken_at_a_cursor, words_of_members, what_can_not_be_pushed,
          wrong_cursors, empty_lists_and_rights, ids_are_never_used_again, refused_takes,
          refused_takes_from_changed_lists)
