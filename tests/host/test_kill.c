/* Allocations, drops, claims, clones and changes of kind, killed between any two instructions. */
#include "tests/host/kill.h"

START_TEST(alloc_and_drop)
{
    enum error error;
    uint64_t frame;

    create();
    KILL_ANYWHERE(error = frames_allocate(worker, 1, &frame)); /* seeds and refills */
    ck_assert_int_eq(error, ERROR_NONE);
    KILL_ANYWHERE(frames_drop(worker, frame));
    KILL_ANYWHERE(error = frames_allocate(worker, 2, &frame)); /* from the cache */
    ck_assert_int_eq(error, ERROR_NONE);
    handles[frame] = 1;
    check_recovered();
    world_destroy(world);
}
END_TEST

START_TEST(drop_into_a_full_cache)
{
    create();
    ck_assert_int_eq(frames_allocate_run(worker, 1, 65, false), ERROR_NONE);
    atomic_word frames[65];
    memcpy(frames, worker->transfer, sizeof(frames));
    set_handles(65, frames, 1);
    while (worker->cache->count < CACHE_FRAMES) {
        uint64_t frame = frames[64 - worker->cache->count];
        handles[frame] = 0;
        ck_assert_uint_eq(frames_drop(worker, frame), 1);
    }
    uint64_t victim = FRAMES;
    while (handles[--victim] == 0)
        continue;
    handles[victim] = 0;
    KILL_ANYWHERE(frames_drop(worker, victim)); /* spills */
    check_recovered();
    world_destroy(world);
}
END_TEST

START_TEST(the_last_frame_from_other_caches)
{
    enum error error;
    uint64_t frame;

    create();
    ck_assert_int_eq(frames_allocate_run(worker, 1, FRAMES - 2, false), ERROR_NONE);
    set_handles(FRAMES - 2, worker->transfer, 1);
    ck_assert_int_eq(frames_allocate(&world->workers[2], 1, &frame), ERROR_NONE);
    handles[frame] = 1;
    KILL_ANYWHERE(error = frames_allocate(worker, 1, &frame));
    ck_assert_int_eq(error, ERROR_NONE);
    handles[frame] = 1;
    KILL_ANYWHERE(error = frames_allocate(worker, 1, &frame));
    ck_assert_int_eq(error, ERROR_NO_MEMORY);
    check_recovered();
    world_destroy(world);
}
END_TEST

START_TEST(runs)
{
    enum error error;

    create();
    KILL_ANYWHERE(error = frames_allocate_run(worker, 1, 37, false));
    ck_assert_int_eq(error, ERROR_NONE);
    KILL_ANYWHERE(frames_drop_run(worker, 37));
    KILL_ANYWHERE(error = frames_allocate_run(worker, 1, 21, true));
    ck_assert_int_eq(error, ERROR_NONE);
    set_handles(21, worker->transfer, 1);
    handles[worker->transfer[3]] = 2; /* one that is shared survives the drop */
    world_slot(world, worker->transfer[3])->ref_count = 2;
    check_recovered();
    set_handles(21, worker->transfer, 0);
    handles[worker->transfer[3]] = 1;
    KILL_ANYWHERE(frames_drop_run(worker, 21));
    check_recovered();
    world_destroy(world);
}
END_TEST

START_TEST(runs_that_fail)
{
    enum error error;

    create();
    ck_assert_int_eq(frames_allocate_run(worker, 1, FRAMES - 19, false), ERROR_NONE);
    set_handles(FRAMES - 19, worker->transfer, 1);
    KILL_ANYWHERE(error = frames_allocate_run(worker, 1, 20, false));
    ck_assert_int_eq(error, ERROR_NO_MEMORY);
    check_recovered();
    world_destroy(world);
}
END_TEST

START_TEST(claims)
{
    enum error error;
    uint64_t frame;

    create();
    KILL_ANYWHERE(error = frames_claim(worker, 3, 77 * FRAME_SIZE, &frame)); /* out of the middle of a block */
    ck_assert_int_eq(error, ERROR_NONE);
    handles[77] = 1;
    ck_assert_int_eq(frames_allocate(&world->workers[1], 1, &frame), ERROR_NONE);
    handles[frame] = 1;
    uint64_t cached = world->keep->caches[1].frames[5];
    KILL_ANYWHERE(error = frames_claim(worker, 3, cached * FRAME_SIZE, &frame)); /* out of another's cache */
    ck_assert_int_eq(error, ERROR_NONE);
    handles[cached] = 1;
    check_recovered();
    world_destroy(world);
}
END_TEST

/* Another worker has what the first one gives back as soon as it can get it. */
static void claim_meanwhile(void)
{
    uint64_t frame;

    if (world->keep->buddy.lock == 0 && world->keep->accounts[2].lock == 0)
        (void)!frames_claim(&world->workers[1], 2, FRAMES * FRAME_SIZE, &frame);
}

START_TEST(device_frames)
{
    enum error error;
    uint64_t frame;

    create();
    KILL_ANYWHERE(error = frames_claim(worker, 1, FRAMES * FRAME_SIZE, &frame));
    ck_assert_int_eq(error, ERROR_NONE);
    meanwhile = claim_meanwhile;
    KILL_ANYWHERE(frames_drop(worker, frame));
    KILL_ANYWHERE(error = frames_claim_run(worker, 3, FRAMES * FRAME_SIZE, DEVICE_FRAMES, true));
    ck_assert_int_eq(error, ERROR_NONE);
    KILL_ANYWHERE(frames_drop_run(worker, DEVICE_FRAMES));
    check_recovered();
    world_destroy(world);
}
END_TEST

START_TEST(clone_look_up_and_drop_of_a_shared_frame)
{
    enum error error;
    uint64_t frame;
    uint64_t count;

    create();
    ck_assert_int_eq(frames_allocate(worker, 1, &frame), ERROR_NONE);
    handles[frame] = 1; /* the kernel has not entered the clone yet */
    KILL_ANYWHERE(error = frames_clone(worker, frame, &count));
    ck_assert_int_eq(error, ERROR_NONE);
    handles[frame] = 2;
    KILL_ANYWHERE(error = frames_look_up(worker, frame * FRAME_SIZE, &frame, &count));
    ck_assert_int_eq(error, ERROR_NONE);
    ck_assert_uint_eq(count, 3);
    KILL_ANYWHERE(frames_drop(worker, frame)); /* the kernel refused it */
    handles[frame] = 1;                        /* and one handle left its table */
    KILL_ANYWHERE(frames_drop(worker, frame));
    check_recovered();
    world_destroy(world);
}
END_TEST

START_TEST(repurpose_and_its_refusal)
{
    bool changes_kind;
    enum error error;
    uint64_t frame;

    create();
    ck_assert_int_eq(frames_allocate(worker, 1, &frame), ERROR_NONE);
    handles[frame] = 1;
    KILL_ANYWHERE(error = frames_repurpose(worker, frame, KIND_PAGE_TABLE, &changes_kind));
    ck_assert_int_eq(error, ERROR_NONE);
    KILL_ANYWHERE_AFTER(true, frames_take_back_kind(worker));
    check_recovered();
    ck_assert_int_eq(frames_repurpose(worker, frame, KIND_HANDLE_TABLE, &changes_kind), ERROR_NONE);
    kinds[frame] = KIND_HANDLE_TABLE;
    KILL_ANYWHERE(error = frames_repurpose(worker, frame, KIND_UNTYPED, &changes_kind));
    ck_assert_int_eq(error, ERROR_NONE);
    kinds[frame] = KIND_UNTYPED;
    check_recovered();
    world_destroy(world);
}
END_TEST

RUN_TESTS_WITHIN(300, "kill", alloc_and_drop, drop_into_a_full_cache, the_last_frame_from_other_caches, runs,
                 runs_that_fail, claims, device_frames, clone_look_up_and_drop_of_a_shared_frame,
                 repurpose_and_its_refusal)
