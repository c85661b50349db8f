/* The order in which words change, seen by another worker: looked at after every single instruction. */
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/lists.h"
#include "tests/host/list_calls.h"
#include "tests/host/run_tests.h"
#include "tests/host/trap.h"
#include <quire/kinds.h>
#include <signal.h>
#include <stdlib.h>

static struct slot *watched;
static uint64_t steps;
static uint64_t seen; /* states that the watcher was to see */

/* Looks at everything after each instruction of the statement. */
#define WATCH(watcher, statement)                                                                                      \
    do {                                                                                                               \
        struct sigaction action = {.sa_handler = watcher};                                                             \
        ck_assert_int_eq(sigaction(SIGTRAP, &action, NULL), 0);                                                        \
        steps = 0;                                                                                                     \
        seen = 0;                                                                                                      \
        TRAP_BEGIN();                                                                                                  \
        statement;                                                                                                     \
        TRAP_END();                                                                                                    \
        ck_assert_uint_gt(steps, 20);                                                                                  \
    } while (0)

static bool is_in_use(const struct slot *slot)
{
    return slot->ref_count != REF_COUNT_UNUSED && slot->ref_count != REF_COUNT_BUSY;
}

/* A frame that can be found is clean and has its kind. */
static void watch_birth(int signal_number)
{
    (void)signal_number;
    steps += 1;
    if (!is_in_use(watched))
        return;
    seen += 1;
    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
        expect_eq(watched->storage[k], 0);
    expect_eq(watched->kind_word, kind_word(KIND_UNTYPED, 0, 1));
}

START_TEST(cleared_before_it_is_found)
{
    const struct allocation unique = {.unique = true};
    uint64_t frame;
    enum error error;

    create();
    watched = world_slot(world, allocate());
    for (uint32_t times = 0; times < 3; times++) {
        memset(watched->storage, 0x5a, sizeof(watched->storage));
        succeed(give_back(window_frame(&world->window, watched)));
        if (times == 0)
            WATCH(watch_birth, error = frames_allocate(worker, 1, &frame));
        else if (times == 1)
            WATCH(watch_birth, error = frames_allocate_as(worker, 1, 1, &unique));
        else
            WATCH(watch_birth,
                  error = frames_claim_run(worker, 1, window_frame(&world->window, watched) * FRAME_SIZE, 1, false));
        ck_assert_int_eq(error, ERROR_NONE);
        ck_assert_uint_gt(seen, 0);
    }
    world_check(world);
    world_destroy(world);
}
END_TEST

static bool is_a_record;

/* Nobody's before it is the allocator's; what its kind does at its end is done before it is nobody's. */
static void watch_end(int signal_number)
{
    (void)signal_number;
    steps += 1;
    if (kind_word_payer(watched->kind_word) == ACCOUNT_NOBODY)
        expect_eq(watched->ref_count, REF_COUNT_UNUSED);
    if (watched->ref_count != REF_COUNT_UNUSED)
        return;
    seen += 1;
    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS && is_a_record; k++)
        expect_eq(world->keep->records[1][k], 7);
}

START_TEST(ended_before_it_is_free)
{
    create();
    for (uint32_t times = 0; times < 2; times++) {
        uint64_t frame = allocate();
        watched = world_slot(world, frame);
        is_a_record = times == 1;
        if (is_a_record)
            repurpose_frame(frame, KIND_RECORD);
        for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
            world->views[0][k] = 7;
        world->controls[0].view_frame = frame + 1;
        WATCH(watch_end, frames_drop(worker, frame));
        ck_assert_uint_gt(seen, 0);
        ck_assert_uint_eq(watched->ref_count, REF_COUNT_UNUSED);
    }
    world_check(world);
    world_destroy(world);
}
END_TEST

static uint64_t flip_at; /* the step at which the frame ends and begins anew as something else */
static bool flipped;

static void flip(int signal_number)
{
    (void)signal_number;
    steps += 1;
    if (steps == flip_at && watched->ref_count == 1) {
        watched->kind_word = kind_word(KIND_ENDPOINT, 0, 1);
        flipped = true;
    }
}

/* The frame becomes another one at any moment before its count is raised: what is found is the new one. */
START_TEST(kind_read_after_the_count)
{
    uint64_t frame;
    uint64_t count;
    uint64_t flips = 0;
    enum error error;

    create();
    uint64_t address = allocate() * FRAME_SIZE;
    watched = world_slot(world, address / FRAME_SIZE);
    steps = 0;
    for (flip_at = 1; flip_at == 1 || steps >= flip_at - 1; flip_at++) {
        watched->kind_word = kind_word(KIND_UNTYPED, 0, 1);
        watched->ref_count = 1;
        flipped = false;
        WATCH(flip, error = frames_look_up(worker, address, &frame, &count));
        flips += flipped;
        expect_eq(error, flipped ? ERROR_WRONG_KIND : ERROR_NONE);
        expect_eq(watched->ref_count, flipped ? 1 : 2);
    }
    ck_assert_uint_gt(flips, 20);
    watched->kind_word = kind_word(KIND_UNTYPED, 0, 1);
    watched->ref_count = 1;
    world_check(world);
    world_destroy(world);
}
END_TEST

static struct slot *watched_list;
static uint64_t watched_frame;

/* in_list is 0 only when no link leads to the frame; and a list's lock is held with no other kind of lock. */
static void watch_list(int signal_number)
{
    const struct list_keep *keep = &world->keep->lists;
    uint64_t lists = keep->dying_lock;
    uint64_t others = world->keep->buddy.lock;

    (void)signal_number;
    steps += 1;
    for (uint32_t k = 0; k < LIST_LOCKS; k++)
        lists |= keep->locks[k];
    for (uint32_t k = 0; k < WORLD_WORKERS; k++)
        others |= world->keep->caches[k].lock | world->keep->accounts[k].lock;
    expect(lists == 0 || others == 0, "a list's lock is held with another");
    if (watched != NULL && watched->in_list == 0) {
        seen += 1;
        expect_ne(watched_list->storage[LIST_WORD_FRONT], watched_frame + 1);
        expect_ne(watched_list->storage[LIST_WORD_BACK], watched_frame + 1);
    }
}

START_TEST(unlinked_before_it_says_so)
{
    struct list_found found;
    uint64_t frames[70];
    uint64_t dropped;
    uint64_t left;
    enum error error;

    create();
    uint64_t list = make_filled_list(frames, 2);
    watched_list = world_slot(world, list);
    for (uint32_t k = 0; k < 2; k++) {
        watched_frame = frames[k];
        watched = world_slot(world, frames[k]);
        WATCH(watch_list, error = lists_take(worker, list, LIST_AT, frames[k] * FRAME_SIZE, &found));
        ck_assert_int_eq(error, ERROR_NONE);
        ck_assert_uint_gt(seen, 0);
    }
    watched = NULL;
    list = make_filled_list(frames, 5);
    WATCH(watch_list, error = lists_clear(worker, list, &dropped, &left));
    ck_assert_int_eq(error, ERROR_NONE);
    ck_assert_uint_eq(dropped, 5);
    list = make_filled_list(frames, 70);
    WATCH(watch_list, frames_drop(worker, list));
    WATCH(watch_list, lists_reap(worker, LIST_TURN));
    ck_assert_uint_eq(world_check(world).charged, 4);
    world_destroy(world);
}
END_TEST

RUN_TESTS("order", cleared_before_it_is_found, ended_before_it_is_free, kind_read_after_the_count,
          unlinked_before_it_says_so)
