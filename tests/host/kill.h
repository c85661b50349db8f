/* For programs in which the server is killed between any two instructions of an operation, and recovered: each time all
 * of its memory has to fit together and agree with the handles that exist. The processor's trap flag stops after every
 * instruction; where memory has changed since the last stop, a copy is recovered, checked, and put back. */
#ifndef TESTS_HOST_KILL_H
#define TESTS_HOST_KILL_H

#include "servers/frameserv/core/accounts.h"
#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/lists.h"
#include "servers/frameserv/core/recover.h"
#include "servers/frameserv/core/reversal.h"
#include <quire/kinds.h>
#include "tests/host/frames_world.h"
#include "tests/host/recover_world.h"
#include "tests/host/random.h"
#include "tests/host/run_tests.h"
#include "tests/host/trap.h"
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* Of memory; of a device, behind them. */
#define FRAMES 256
#define DEVICE_FRAMES 8
#define ALL_FRAMES (FRAMES + DEVICE_FRAMES)
#define DIRTY_MAX 2 /* states, chosen at random, of which recovery is killed in its turn */

/* All memory that a restart keeps. */
struct image {
    struct buddy buddy;
    struct account accounts[ACCOUNTS];
    atomic_word tree_lock;
    struct cache caches[WORLD_WORKERS];
    struct undo_log logs[WORLD_WORKERS];
    struct reversal reversals[WORLD_WORKERS];
    struct note notes[WORLD_WORKERS];
    atomic_word accounts_end;
    struct list_keep lists;
    atomic_word records[4][SLOT_STORAGE_WORDS];
    struct slot slots[ALL_FRAMES];
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
static uint64_t handles[ALL_FRAMES];
static enum kind kinds[ALL_FRAMES];

/* What else has to hold for a frame at every moment. Of owners: one handle is counted, or an owner; tables always have one. */
static enum { SHARED, UNIQUE, EITHER } owners[ALL_FRAMES];
static uint32_t whole[ALL_FRAMES]; /* so many words of storage are alike: */
static uint64_t tags[ALL_FRAMES];  /* each of them this, if it is not 0 */
static bool listed[ALL_FRAMES];    /* it is in a list */

/* The frame that a client pushes into a list: its handle counts until the reply. */
static uint64_t moving;

/* Each word of the last record of account 1. */
static uint64_t last_record;

/* What else is to hold after each recovery, beside check_recovered(). */
static void (*check_further)(void);

/* What another worker does that is killed at the same moment. */
static void (*meanwhile)(void);

/* The order of one list, if a kill may not change it. */
static uint64_t order_list;
static const uint64_t *order;
static uint64_t order_count;

static void save(struct image *image)
{
    memcpy(&image->buddy, &world->keep->buddy, sizeof(image->buddy));
    memcpy(image->accounts, world->keep->accounts, sizeof(image->accounts));
    image->tree_lock = world->keep->tree_lock;
    memcpy(image->caches, world->keep->caches, sizeof(image->caches));
    memcpy(image->logs, world->keep->logs, sizeof(image->logs));
    memcpy(image->reversals, world->keep->reversals, sizeof(image->reversals));
    memcpy(image->notes, world->keep->notes, sizeof(image->notes));
    image->accounts_end = world->keep->accounts_end;
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
    world->keep->tree_lock = image->tree_lock;
    memcpy(world->keep->caches, image->caches, sizeof(image->caches));
    memcpy(world->keep->logs, image->logs, sizeof(image->logs));
    memcpy(world->keep->reversals, image->reversals, sizeof(image->reversals));
    memcpy(world->keep->notes, image->notes, sizeof(image->notes));
    world->keep->accounts_end = image->accounts_end;
    memcpy(&world->keep->lists, &image->lists, sizeof(image->lists));
    memcpy(world->keep->records, image->records, sizeof(image->records));
    memcpy(world->window.slots, image->slots, sizeof(image->slots));
    memcpy(world->controls, image->controls, sizeof(image->controls));
    memcpy(world->transfers, image->transfers, sizeof(image->transfers));
}

static enum error count_handles(uint64_t frame, struct ledger_count *count)
{
    expect_lt(frame, ALL_FRAMES);
    *count = (struct ledger_count){.handles = handles[frame], .kind = kinds[frame]};
    if (frame == moving)
        *count = (struct ledger_count){.moving = handles[frame], .kind = kinds[frame]};
    return ERROR_NONE;
}

/* What a restarted server does before it serves. */
static void restart(void)
{
    struct kernel_calls kernel = *worker->kernel;

    kernel.count = count_handles;
    world_recover(world, &kernel, RESTART_PLANNED);
}

static void check_handles(const struct slot *slot, uint64_t frame)
{
    bool unique = handles[frame] == 1 && slot->ref_count == REF_COUNT_UNIQUE;

    expect(unique || slot->ref_count == handles[frame], "frame %lu: %lu handles, count %lx", frame, handles[frame],
           slot->ref_count);
    expect_eq(kind_word_kind(slot->kind_word), kinds[frame]);
    if (kind_is_shareable(kinds[frame]) && owners[frame] != EITHER)
        expect_eq(unique, owners[frame] == UNIQUE);
    for (uint32_t k = 0; k < whole[frame]; k++)
        expect_eq(slot->storage[k], tags[frame] != 0 ? tags[frame] : slot->storage[0]);
}

static void check_order(void)
{
    uint64_t link = world_slot(world, order_list)->storage[LIST_WORD_FRONT];

    for (uint64_t k = 0; k < order_count; k++) {
        expect_eq(link, order[k] + 1);
        link = world_slot(world, order[k])->storage[MEMBER_NEXT];
    }
    expect_eq(link, 0);
}

static void check_recovered(void)
{
    world_check(world);
    for (uint64_t frame = 0; frame < ALL_FRAMES; frame++) {
        const struct slot *slot = world_slot(world, frame);
        if (handles[frame] != 0) {
            check_handles(slot, frame);
            expect(slot->in_list == 0 || frame == moving, "frame %lu has a handle, and is in a list", frame);
        } else {
            expect(slot->ref_count == REF_COUNT_UNUSED || slot->in_list != 0, "frame %lu: no handle, count %lx", frame,
                   slot->ref_count);
            expect(slot->in_list != 0 || !listed[frame], "frame %lu left its list", frame);
            for (uint32_t k = 0; k < whole[frame] && listed[frame]; k++)
                expect_eq(slot->storage[k], slot->storage[0]);
        }
    }
    if (order_count != 0)
        check_order();
    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
        expect_eq(world->keep->records[1][k], last_record);
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
    if (meanwhile != NULL && !recovery_is_killed)
        meanwhile();
    restart();
    restart(); /* twice is once */
    check_recovered();
    if (check_further != NULL)
        check_further();
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
    if (!refused) {
        worker->control->intent = 0;
        worker->control->intent_run = 0;
        reversal_clear(worker);
    }
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
        restart();
        TRAP_END();
        check_recovered();
        if (check_further != NULL)
            check_further();
    }
    recovery_is_killed = false;
    restore(&after);
}

static void create(void)
{
    static const struct world_region memory[] = {
        {REGION_USABLE, FRAMES}, {REGION_FRAMEBUFFER, DEVICE_FRAMES}, {REGION_UNKNOWN, 0}};
    struct sigaction action = {.sa_handler = on_step};

    random_state = random_start();
    world = world_create(memory);
    worker = &world->workers[0];
    for (uint64_t frame = 0; frame < ALL_FRAMES; frame++) {
        ck_assert_uint_eq(world_slot(world, frame)->ref_count, REF_COUNT_UNUSED); /* backs the window */
        handles[frame] = 0;
        kinds[frame] = frame < FRAMES ? KIND_UNTYPED : KIND_DEVICE;
        owners[frame] = SHARED;
        whole[frame] = 0;
        tags[frame] = 0;
        listed[frame] = false;
    }
    order_count = 0;
    moving = FRAME_NONE;
    ck_assert_int_eq(sigaction(SIGTRAP, &action, NULL), 0);
}

static inline void set_handles(uint64_t count, const atomic_word *frames, uint64_t value)
{
    for (uint64_t k = 0; k < count; k++)
        handles[frames[k]] = value;
}

/* A frame that the client holds, with such metadata. */
static inline uint64_t own(uint64_t tag, bool unique)
{
    uint64_t frame;

    ck_assert_int_eq(frames_allocate(worker, 1, &frame), ERROR_NONE);
    handles[frame] = 1;
    owners[frame] = unique ? UNIQUE : SHARED;
    if (unique)
        world_slot(world, frame)->ref_count = REF_COUNT_UNIQUE;
    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
        world_slot(world, frame)->storage[k] = tag;
    return frame;
}

#endif
