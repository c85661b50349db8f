/* The server is killed between any two instructions of an operation, and recovered: each time all of its memory has
 * to fit together and agree with the handles that exist. The processor's trap flag stops after every instruction;
 * where memory has changed since the last stop, a copy is recovered, checked, and put back. */
#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/frames.h"
#include "tests/host/frames_world.h"
#include "tests/host/random.h"
#include "tests/host/trap.h"
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES 256
#define DIRTY_MAX 2 /* states, chosen at random, of which recovery is killed in its turn */

/* All memory that a restart keeps. */
struct image {
    struct buddy buddy;
    struct account accounts[ACCOUNTS];
    struct cache caches[WORLD_WORKERS];
    struct undo_log logs[WORLD_WORKERS];
    struct reversal reversals[WORLD_WORKERS];
    struct list_keep lists;
    atomic_word records[4][SLOT_STORAGE_WORDS];
    struct slot slots[FRAMES];
    struct worker_control controls[WORLD_WORKERS];
    atomic_word transfers[WORLD_WORKERS][TRANSFER_FRAMES];
};

static struct world *world;
static struct worker *worker;
static struct image last_stop;
static struct image work;
static struct image dirty[DIRTY_MAX];
static uint32_t dirty_count;
static bool recovery_is_killed;
static struct random random_state;
static uint64_t stops;
static uint64_t changes;

/* The kernel's ledger: handles to each frame, and their kind, after a kill at any time within the operation. */
static uint64_t handles[FRAMES];
static enum kind kinds[FRAMES];

static void save(struct image *image)
{
    memcpy(&image->buddy, &world->keep->buddy, sizeof(image->buddy));
    memcpy(image->accounts, world->keep->accounts, sizeof(image->accounts));
    memcpy(image->caches, world->keep->caches, sizeof(image->caches));
    memcpy(image->logs, world->keep->logs, sizeof(image->logs));
    memcpy(image->reversals, world->keep->reversals, sizeof(image->reversals));
    memcpy(&image->lists, &world->keep->lists, sizeof(image->lists));
    memcpy(image->records, world->keep->records, sizeof(image->records));
    memcpy(image->slots, world->window.slots, sizeof(image->slots));
    memcpy(image->controls, world->controls, sizeof(image->controls));
    memcpy(image->transfers, world->transfers, sizeof(image->transfers));
}

static void restore(const struct image *image)
{
    memcpy(&world->keep->buddy, &image->buddy, sizeof(image->buddy));
    memcpy(world->keep->accounts, image->accounts, sizeof(image->accounts));
    memcpy(world->keep->caches, image->caches, sizeof(image->caches));
    memcpy(world->keep->logs, image->logs, sizeof(image->logs));
    memcpy(world->keep->reversals, image->reversals, sizeof(image->reversals));
    memcpy(&world->keep->lists, &image->lists, sizeof(image->lists));
    memcpy(world->keep->records, image->records, sizeof(image->records));
    memcpy(world->window.slots, image->slots, sizeof(image->slots));
    memcpy(world->controls, image->controls, sizeof(image->controls));
    memcpy(world->transfers, image->transfers, sizeof(image->transfers));
}

static void reconcile(struct worker *by, uint64_t frame)
{
    expect_lt(frame, FRAMES);
    frames_reconcile(by, frame, handles[frame], kinds[frame]);
}

/* What a restarted server does before it serves. */
static void recover(void)
{
    keep_roll_back(world->keep);
    for (uint32_t k = 0; k < WORLD_WORKERS; k++) {
        const struct worker_control *control = &world->controls[k];
        struct worker fresh = world->workers[k];
        fresh.pending = (struct pending){0};
        if (control->intent != 0)
            reconcile(&fresh, control->intent - 1);
        for (uint64_t n = 0; n < control->intent_run; n++)
            reconcile(&fresh, world->transfers[k][n]);
    }
}

static void check_recovered(void)
{
    world_check(world);
    for (uint64_t frame = 0; frame < FRAMES; frame++) {
        const struct slot *slot = world_slot(world, frame);
        if (handles[frame] == 0) {
            expect(slot->ref_count == REF_COUNT_UNUSED, "frame %lu: no handle, count %lx", frame, slot->ref_count);
        } else {
            bool unique = handles[frame] == 1 && slot->ref_count == REF_COUNT_UNIQUE;
            expect(unique || slot->ref_count == handles[frame], "frame %lu: %lu handles, count %lx", frame,
                   handles[frame], slot->ref_count);
            expect_eq(kind_word_kind(slot->kind_word), kinds[frame]);
            expect(!unique || kinds[frame] != KIND_UNTYPED, "frame %lu is unique and untyped", frame);
        }
    }
}

/* Keeps each of the states so far with the same chance. */
static void keep_some(void)
{
    uint64_t place = changes <= DIRTY_MAX ? changes - 1 : random_below(&random_state, changes);

    if (recovery_is_killed || place >= DIRTY_MAX)
        return;
    memcpy(&dirty[place], &work, sizeof(work));
    dirty_count = changes < DIRTY_MAX ? (uint32_t)changes : DIRTY_MAX;
}

static void on_step(int signal_number)
{
    (void)signal_number;
    stops += 1;
    save(&work);
    if (memcmp(&work, &last_stop, sizeof(work)) == 0)
        return;
    memcpy(&last_stop, &work, sizeof(work));
    changes += 1;
    keep_some();
    recover();
    recover(); /* twice is once */
    check_recovered();
    restore(&last_stop);
}

#define KILL_ANYWHERE(statement) KILL_ANYWHERE_AFTER(false, statement)
#define KILL_ANYWHERE_AFTER(refused, statement)                                                                        \
    do {                                                                                                               \
        begin(refused);                                                                                                \
        TRAP_BEGIN();                                                                                                  \
        statement;                                                                                                     \
        TRAP_END();                                                                                                    \
        end();                                                                                                         \
    } while (0)

/* As when a call is delivered: the kernel cleared the intents with the reply before. Not so when it refused that. */
static void begin(bool refused)
{
    if (!refused)
        memset(world->controls, 0, sizeof(world->controls));
    save(&last_stop);
    dirty_count = 0;
    stops = 0;
    changes = 0;
}

/* Kills the recovery of some of the states that were seen, too, and then goes on from the operation's end. */
static void end(void)
{
    static struct image after;
    uint32_t count = dirty_count;

    ck_assert_uint_gt(stops, 20);
    ck_assert_uint_gt(changes, 1);
    recovery_is_killed = true;
    save(&after);
    for (uint32_t k = 0; k < count; k++) {
        restore(&dirty[k]);
        save(&last_stop);
        TRAP_BEGIN();
        recover();
        TRAP_END();
        check_recovered();
    }
    recovery_is_killed = false;
    restore(&after);
}

static void create(void)
{
    struct sigaction action = {.sa_handler = on_step};

    random_state = random_start();
    world = world_create_plain(FRAMES);
    worker = &world->workers[0];
    for (uint64_t frame = 0; frame < FRAMES; frame++) {
        ck_assert_uint_eq(world_slot(world, frame)->ref_count, REF_COUNT_UNUSED); /* backs the window */
        handles[frame] = 0;
        kinds[frame] = KIND_UNTYPED;
    }
    ck_assert_int_eq(sigaction(SIGTRAP, &action, NULL), 0);
}

static void set_handles(uint64_t count, const atomic_word *frames, uint64_t value)
{
    for (uint64_t k = 0; k < count; k++)
        handles[frames[k]] = value;
}

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

int main(void)
{
    Suite *suite = suite_create("kill");
    TCase *tests = tcase_create("kill");

    tcase_add_test(tests, alloc_and_drop);
    tcase_add_test(tests, drop_into_a_full_cache);
    tcase_add_test(tests, the_last_frame_from_other_caches);
    tcase_add_test(tests, runs);
    tcase_add_test(tests, runs_that_fail);
    tcase_add_test(tests, claims);
    tcase_add_test(tests, clone_look_up_and_drop_of_a_shared_frame);
    tcase_add_test(tests, repurpose_and_its_refusal);
    tcase_set_timeout(tests, 300);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
