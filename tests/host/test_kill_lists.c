/* Unique frames, metadata, runs, lists and records, killed between any two instructions. */
#include "tests/host/kill.h"

/* An owner stays one, with its metadata, when a kill comes before the kernel has changed the frame's kind. */
START_TEST(repurpose_of_a_unique_frame)
{
    static const enum kind others[] = {KIND_LIST, KIND_RECORD, KIND_PAGE_TABLE};
    bool changes_kind;
    enum error error;

    create();
    for (uint32_t unique = 0; unique < 2; unique++) {
        uint64_t frame = own(77, unique);
        whole[frame] = SLOT_STORAGE_WORDS;
        tags[frame] = 77;
        for (uint32_t k = 0; k < 3; k++) {
            KILL_ANYWHERE(error = frames_repurpose(worker, frame, others[k], &changes_kind));
            ck_assert_int_eq(error, ERROR_NONE);
            KILL_ANYWHERE_AFTER(true, frames_take_back_kind(worker));
            check_recovered();
        }
    }
    world_destroy(world);
}
END_TEST

START_TEST(unique_share_and_metadata)
{
    static const uint64_t words[SLOT_STORAGE_WORDS] = {9, 9, 9, 9, 9};
    atomic_word run[5];
    enum error error;

    create();
    for (uint32_t k = 0; k < 5; k++) {
        run[k] = own(0, k == 3);
        owners[run[k]] = k == 3 ? UNIQUE : EITHER;
        whole[run[k]] = SLOT_STORAGE_WORDS;
    }
    KILL_ANYWHERE(error = frames_make_unique(worker, run, 5));
    ck_assert_int_eq(error, ERROR_NONE);
    owners[run[0]] = UNIQUE;
    KILL_ANYWHERE(error = frames_set_metadata(worker, run[0], words));
    ck_assert_int_eq(error, ERROR_NONE);
    ck_assert_uint_eq(world_slot(world, run[0])->storage[4], 9);
    owners[run[0]] = EITHER;
    owners[run[3]] = EITHER;
    KILL_ANYWHERE(error = frames_make_shared(worker, run, 5));
    ck_assert_int_eq(error, ERROR_NONE);
    owners[run[3]] = SHARED;
    check_recovered();
    world_destroy(world);
}
END_TEST

START_TEST(claimed_runs)
{
    const struct allocation unique = {.unique = true};
    enum error error;

    create();
    KILL_ANYWHERE(error = frames_claim_run(worker, 1, 30 * FRAME_SIZE, 9, true));
    ck_assert_int_eq(error, ERROR_NONE);
    for (uint64_t frame = 30; frame < 39; frame++) {
        handles[frame] = 1;
        owners[frame] = UNIQUE;
    }
    check_recovered();
    world->keep->accounts[2].limit = 3;
    KILL_ANYWHERE(error = frames_claim_run(worker, 2, 20 * FRAME_SIZE, 6, false)); /* the first three go back */
    ck_assert_int_eq(error, ERROR_OVER_LIMIT);
    check_recovered();
    KILL_ANYWHERE(error = frames_allocate_as(worker, 1, 20, &unique));
    ck_assert_int_eq(error, ERROR_NONE);
    world_destroy(world);
}
END_TEST

START_TEST(cloned_runs)
{
    enum error error;

    create();
    ck_assert_int_eq(frames_allocate_run(worker, 1, 12, false), ERROR_NONE);
    set_handles(12, worker->transfer, 1);
    KILL_ANYWHERE(error = frames_clone_run(worker, 12)); /* the kernel has entered none yet */
    ck_assert_int_eq(error, ERROR_NONE);
    KILL_ANYWHERE(frames_drop_run(worker, 12)); /* it refused them */
    check_recovered();
    world_slot(world, worker->transfer[9])->ref_count = REF_COUNT_UNIQUE;
    owners[worker->transfer[9]] = UNIQUE;
    KILL_ANYWHERE(error = frames_clone_run(worker, 12));
    ck_assert_int_eq(error, ERROR_UNIQUE);
    check_recovered();
    world_destroy(world);
}
END_TEST

static uint64_t own_list(void)
{
    uint64_t list = own(0, false);
    bool changes_kind;

    ck_assert_int_eq(frames_repurpose(worker, list, KIND_LIST, &changes_kind), ERROR_NONE);
    kinds[list] = KIND_LIST;
    return list;
}

static void push_back(uint64_t list, uint64_t frame)
{
    uint64_t length;

    handles[frame] = 0;
    ck_assert_int_eq(lists_push(worker, list, frame, LIST_BACK, 0, &length), ERROR_NONE);
    listed[frame] = true;
}

START_TEST(into_and_out_of_a_list)
{
    static const uint64_t words[MEMBER_WORDS] = {5, 5, 5};
    struct list_found found;
    uint64_t members[3];
    enum error error;
    uint64_t length;

    create();
    uint64_t list = own_list();
    for (uint32_t k = 0; k < 3; k++) {
        members[k] = own(0, true);
        whole[members[k]] = MEMBER_WORDS;
    }
    push_back(list, members[0]);
    push_back(list, members[2]);
    moving = members[1];
    KILL_ANYWHERE(error = lists_push(worker, list, members[1], LIST_BEFORE, members[2] * FRAME_SIZE, &length));
    ck_assert_int_eq(error, ERROR_NONE);
    moving = FRAME_NONE;
    handles[members[1]] = 0;
    listed[members[1]] = true;
    KILL_ANYWHERE(error = lists_write(worker, list, members[1] * FRAME_SIZE, words));
    ck_assert_int_eq(error, ERROR_NONE);
    order_list = list;
    order = members;
    order_count = 3;
    for (uint32_t k = 0; k < 3; k++) {
        KILL_ANYWHERE(error = lists_take(worker, list, LIST_AT, members[k] * FRAME_SIZE, &found));
        ck_assert_int_eq(error, ERROR_NONE);
        bool there = false;
        KILL_ANYWHERE_AFTER(true, there = lists_put_back(worker, worker->reversal));
        ck_assert(there);
        check_recovered();
    }
    world_destroy(world);
}
END_TEST

static void end_of_a_list(uint64_t count)
{
    uint64_t dropped;
    uint64_t unused;
    uint64_t left;
    enum error error;

    create();
    uint64_t list = own_list();
    for (uint64_t k = 0; k < count; k++) {
        uint64_t frame = own(0, true);
        push_back(list, frame);
        listed[frame] = false;
    }
    KILL_ANYWHERE(error = lists_clear(worker, list, &dropped, &left));
    ck_assert_int_eq(error, ERROR_NONE);
    while (left < count) { /* as many as at the start */
        uint64_t frame = own(0, true);
        push_back(list, frame);
        listed[frame] = false;
        left += 1;
    }
    handles[list] = 0;
    KILL_ANYWHERE(unused = frames_drop(worker, list));
    ck_assert_uint_eq(unused, count > LIST_TURN ? LIST_TURN : count + 1);
    check_recovered();
    if (count > LIST_TURN) {
        KILL_ANYWHERE(unused = lists_reap(worker, LIST_TURN));
        ck_assert_uint_eq(unused, count - LIST_TURN + 1);
    }
    ck_assert_uint_eq(world_check(world).charged, 0);
    world_destroy(world);
}

START_TEST(end_of_a_short_list)
{
    end_of_a_list(3);
}
END_TEST

START_TEST(end_of_a_long_list)
{
    end_of_a_list(LIST_TURN + 2);
}
END_TEST

START_TEST(end_of_a_record)
{
    bool changes_kind;

    create();
    for (uint64_t tag = 1; tag < 3; tag++) {
        uint64_t frame = own(0, false);
        ck_assert_int_eq(frames_repurpose(worker, frame, KIND_RECORD, &changes_kind), ERROR_NONE);
        handles[frame] = 0;
        for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
            world->views[0][k] = tag;
        world->controls[0].view_frame = frame + 1;
        last_record = tag; /* whenever it was killed after the handle had gone: recovery ends what was begun */
        KILL_ANYWHERE(frames_drop(worker, frame));
        check_recovered();
    }
    world_destroy(world);
}
END_TEST

RUN_TESTS_WITHIN(300, "kill_lists", repurpose_of_a_unique_frame, unique_share_and_metadata, claimed_runs, cloned_runs,
                 into_and_out_of_a_list, end_of_a_short_list, end_of_a_long_list, end_of_a_record)
