/* Operations on frames: life of a frame, every error of each operation, and that an error changes nothing. */
#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/boot.h"
#include "servers/frameserv/core/frames.h"
#include <quire/kinds.h>
#include "tests/host/frames_world.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Frames of world_create_usual(). */
#define LOW_RESERVED 8
#define HOLE 160
#define KERNEL_FRAME (8 + 1 + 150 + 1 + 64 + 32)
#define USABLE_FRAME (KERNEL_FRAME + 200 + 37)

static struct world *world;
static struct worker *worker;

static void create(void)
{
    world = world_create_usual();
    worker = &world->workers[0];
}

static void destroy(void)
{
    world_check(world);
    world_destroy(world);
}

static uint64_t allocate(void)
{
    uint64_t frame = FRAME_NONE;

    ck_assert_int_eq(frames_allocate(worker, 1, &frame), ERROR_NONE);
    return frame;
}

START_TEST(life_of_a_frame)
{
    uint64_t count;

    create();
    uint64_t frame = allocate();
    const struct slot *slot = world_slot(world, frame);
    ck_assert_uint_eq(slot->ref_count, 1);
    ck_assert_uint_eq(slot->kind_word, kind_word(KIND_UNTYPED, 0, 1));
    ck_assert_uint_eq(world->controls[0].intent, frame + 1);
    ck_assert_int_eq(frames_clone(worker, frame, &count), ERROR_NONE);
    ck_assert_uint_eq(count, 2);
    uint64_t found;
    ck_assert_int_eq(frames_look_up(worker, frame * FRAME_SIZE, &found, &count), ERROR_NONE);
    ck_assert_uint_eq(found, frame);
    ck_assert_uint_eq(count, 3);
    ck_assert_uint_eq(frames_drop(worker, frame), 0);
    ck_assert_uint_eq(frames_drop(worker, frame), 0);
    ck_assert_uint_eq(frames_drop(worker, frame), 1);
    ck_assert_uint_eq(slot->ref_count, REF_COUNT_UNUSED);
    ck_assert_uint_eq(kind_word_payer(slot->kind_word), 0);
    ck_assert_int_eq(frames_look_up(worker, frame * FRAME_SIZE, &found, &count), ERROR_UNUSED);
    destroy();
}
END_TEST

START_TEST(a_new_frame_shows_nothing_of_its_last_life)
{
    create();
    uint64_t frame = allocate();
    struct slot *slot = world_slot(world, frame);
    memset(slot->storage, 0x5a, sizeof(slot->storage));
    ck_assert_uint_eq(frames_drop(worker, frame), 1);
    ck_assert_uint_eq(allocate(), frame);
    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
        ck_assert_uint_eq(slot->storage[k], 0);
    destroy();
}
END_TEST

START_TEST(claim_errors)
{
    uint64_t end;
    uint64_t frame = 12345;
    struct slot *slot;

    create();
    end = world->window.frame_count;
    ck_assert_int_eq(frames_claim(worker, 1, 1, &frame), ERROR_NOT_ALIGNED);
    ck_assert_int_eq(frames_claim(worker, 1, end * FRAME_SIZE + 1, &frame), ERROR_NOT_ALIGNED);
    ck_assert_int_eq(frames_claim(worker, 1, end * FRAME_SIZE, &frame), ERROR_OUT_OF_BOUND);
    ck_assert_int_eq(frames_claim(worker, 1, HOLE * FRAME_SIZE, &frame), ERROR_HOLE);
    ck_assert_int_eq(frames_claim(worker, 1, LOW_RESERVED * FRAME_SIZE, &frame), ERROR_RESERVED);
    ck_assert_int_eq(frames_claim(worker, 1, KERNEL_FRAME * FRAME_SIZE, &frame), ERROR_RESERVED);
    ck_assert_uint_eq(frame, 12345);
    ck_assert_int_eq(frames_claim(worker, 1, 0, &frame), ERROR_NONE);
    ck_assert_uint_eq(frame, 0);
    slot = world_slot(world, 0);
    ck_assert_int_eq(frames_claim(worker, 1, 0, &frame), ERROR_IN_USE);
    slot->ref_count = REF_COUNT_UNIQUE;
    ck_assert_int_eq(frames_claim(worker, 1, 0, &frame), ERROR_UNIQUE);
    slot->ref_count = REF_COUNT_BUSY;
    ck_assert_int_eq(frames_claim(worker, 1, 0, &frame), ERROR_BUSY);
    slot->ref_count = REF_COUNT_UNUSED; /* dropped, and not given to the allocator yet */
    ck_assert_int_eq(frames_claim(worker, 1, 0, &frame), ERROR_BUSY);
    slot->ref_count = 1;
    destroy();
}
END_TEST

START_TEST(look_up_errors)
{
    uint64_t frame = 12345;
    uint64_t count = 678;

    create();
    uint64_t end = world->window.frame_count;
    ck_assert_int_eq(frames_look_up(worker, 1, &frame, &count), ERROR_NOT_ALIGNED);
    ck_assert_int_eq(frames_look_up(worker, end * FRAME_SIZE, &frame, &count), ERROR_OUT_OF_BOUND);
    ck_assert_int_eq(frames_look_up(worker, HOLE * FRAME_SIZE, &frame, &count), ERROR_HOLE);
    ck_assert_int_eq(frames_look_up(worker, LOW_RESERVED * FRAME_SIZE, &frame, &count), ERROR_RESERVED);
    ck_assert_int_eq(frames_look_up(worker, KERNEL_FRAME * FRAME_SIZE, &frame, &count), ERROR_RESERVED);
    ck_assert_uint_eq(frame, 12345);
    ck_assert_int_eq(frames_look_up(worker, USABLE_FRAME * FRAME_SIZE, &frame, &count), ERROR_UNUSED);

    uint64_t used = allocate();
    struct slot *slot = world_slot(world, used);
    slot->ref_count = REF_COUNT_BUSY;
    ck_assert_int_eq(frames_look_up(worker, used * FRAME_SIZE, &frame, &count), ERROR_BUSY);
    slot->ref_count = REF_COUNT_UNIQUE;
    ck_assert_int_eq(frames_look_up(worker, used * FRAME_SIZE, &frame, &count), ERROR_UNIQUE);
    slot->ref_count = REF_COUNT_MAX;
    ck_assert_int_eq(frames_look_up(worker, used * FRAME_SIZE, &frame, &count), ERROR_TOO_MANY_HANDLES);
    ck_assert_uint_eq(slot->ref_count, REF_COUNT_MAX);
    slot->ref_count = 1;
    slot->kind_word = kind_word(KIND_ENDPOINT, 0, 1); /* shared, but not untyped */
    ck_assert_int_eq(frames_look_up(worker, used * FRAME_SIZE, &frame, &count), ERROR_WRONG_KIND);
    ck_assert_uint_eq(slot->ref_count, 1);
    ck_assert_uint_eq(count, 2); /* as it was for a moment; not a result */
    destroy();
}
END_TEST

START_TEST(clone_errors)
{
    uint64_t count;

    create();
    uint64_t frame = allocate();
    struct slot *slot = world_slot(world, frame);
    slot->ref_count = REF_COUNT_BUSY;
    ck_assert_int_eq(frames_clone(worker, frame, &count), ERROR_BUSY);
    slot->ref_count = REF_COUNT_UNUSED; /* the handle was stripped between delivery and now */
    ck_assert_int_eq(frames_clone(worker, frame, &count), ERROR_UNUSED);
    slot->ref_count = REF_COUNT_UNIQUE;
    ck_assert_int_eq(frames_clone(worker, frame, &count), ERROR_UNIQUE);
    ck_assert_uint_eq(slot->ref_count, REF_COUNT_UNIQUE);
    slot->ref_count = REF_COUNT_MAX;
    ck_assert_int_eq(frames_clone(worker, frame, &count), ERROR_TOO_MANY_HANDLES);
    slot->ref_count = REF_COUNT_MAX - 1;
    ck_assert_int_eq(frames_clone(worker, frame, &count), ERROR_NONE);
    ck_assert_uint_eq(count, REF_COUNT_MAX);
    slot->ref_count = 1;
    slot->kind_word = kind_word(KIND_PAGE_TABLE, 0, 1); /* its refused conversion left it countable */
    ck_assert_int_eq(frames_clone(worker, frame, &count), ERROR_UNIQUE);
    ck_assert_uint_eq(slot->ref_count, 1);
    destroy();
}
END_TEST

START_TEST(drops_too_many_take_nothing)
{
    create();
    uint64_t frame = allocate();
    ck_assert_uint_eq(frames_drop(worker, frame), 1);
    ck_assert_uint_eq(frames_drop(worker, frame), 0);
    ck_assert_uint_eq(frames_drop(worker, USABLE_FRAME + 1000), 0);
    ck_assert_uint_eq(frames_drop(worker, world->window.frame_count), 0);
    ck_assert_uint_eq(frames_drop(worker, FRAME_NONE), 0);
    world_slot(world, frame)->ref_count = REF_COUNT_BUSY;
    ck_assert_uint_eq(frames_drop(worker, frame), 0);
    ck_assert_uint_eq(world_slot(world, frame)->ref_count, REF_COUNT_BUSY);
    world_slot(world, frame)->ref_count = REF_COUNT_UNUSED;
    destroy();
}
END_TEST

START_TEST(drop_of_a_unique_frame)
{
    create();
    uint64_t frame = allocate();
    world_slot(world, frame)->ref_count = REF_COUNT_UNIQUE;
    ck_assert_uint_eq(frames_drop(worker, frame), 1);
    ck_assert_uint_eq(world_slot(world, frame)->ref_count, REF_COUNT_UNUSED);
    destroy();
}
END_TEST

START_TEST(drop_runs_of_all_sorts)
{
    create();
    ck_assert_int_eq(frames_allocate_run(worker, 1, 48, true), ERROR_NONE);
    atomic_word frames[48];
    memcpy(frames, worker->transfer, sizeof(frames));
    world_slot(world, frames[5])->ref_count = 2; /* shared: stays */
    world_slot(world, frames[20])->kind_word = kind_word(KIND_UNTYPED, 0, 2);
    world->keep->accounts[1].used -= 1;
    world->keep->accounts[2].used += 1;
    for (uint32_t k = 0; k < 48; k++)
        worker->transfer[k] = frames[47 - k]; /* backwards: no chunk */
    worker->transfer[48] = frames[5];         /* both of its handles, the second one later */
    ck_assert_uint_eq(frames_drop_run(worker, 49), 48);
    ck_assert_uint_eq(world->controls[0].intent_run, 49);
    ck_assert_uint_eq(world_check(world).charged, 0);

    ck_assert_int_eq(frames_allocate_run(worker, 1, 48, true), ERROR_NONE);
    uint64_t first = worker->transfer[0];
    world_slot(world, first + 3)->kind_word = kind_word(KIND_UNTYPED, 0, 2); /* two payers in one chunk */
    world->keep->accounts[1].used -= 1;
    world->keep->accounts[2].used += 1;
    ck_assert_uint_eq(frames_drop_run(worker, 40), 40);
    ck_assert_uint_eq(world_check(world).charged, 8);
    for (uint64_t k = 0; k < 8; k++)
        worker->transfer[k] = first + 40 + k;
    ck_assert_uint_eq(frames_drop_run(worker, 8), 8);
    ck_assert_uint_eq(frames_drop_run(worker, 0), 0);
    destroy();
}
END_TEST

START_TEST(boot_frames_come_back_when_their_objects_end)
{
    struct allocator_statistics before;
    struct allocator_statistics after;

    create();
    uint64_t early = USABLE_FRAME + 120000 + 2000 + 7;
    world->information.object_count = 1;
    world->information.objects[0] = (struct boot_object){.frame = early, .count = 1, .kind = KIND_TASK, .handles = 2};
    ck_assert_int_eq(boot_objects(&world->information, &world->window, world->keep), ERROR_NONE);
    uint64_t count;
    ck_assert_int_eq(frames_clone(worker, early, &count), ERROR_NONE);
    ck_assert_uint_eq(count, 3);
    allocator_count(worker, &before);
    ck_assert_uint_eq(frames_drop(worker, early), 0);
    ck_assert_uint_eq(frames_drop(worker, early), 0);
    ck_assert_uint_eq(frames_drop(worker, early), 1);
    allocator_count(worker, &after);
    ck_assert_uint_eq(after.free, before.free + 1);
    ck_assert_uint_eq(after.usable, before.usable + 1);
    ck_assert_uint_eq(after.set_aside, before.set_aside - 1);
    ck_assert_uint_eq(allocate(), early);
    destroy();
}
END_TEST

START_TEST(descriptions)
{
    struct frame_state state;

    create();
    uint64_t end = world->window.frame_count;
    ck_assert_int_eq(frames_describe(worker, 5, &state), ERROR_NOT_ALIGNED);
    ck_assert_int_eq(frames_describe(worker, end * FRAME_SIZE, &state), ERROR_OUT_OF_BOUND);
    ck_assert_int_eq(frames_describe(worker, HOLE * FRAME_SIZE, &state), ERROR_NONE);
    ck_assert_uint_eq(state.region, REGION_UNKNOWN);
    ck_assert_uint_eq(state.kind_word, kind_word(KIND_RESERVED, 0, ACCOUNT_SYSTEM));
    ck_assert_uint_eq(state.ref_count, 1);
    ck_assert_int_eq(frames_describe(worker, KERNEL_FRAME * FRAME_SIZE, &state), ERROR_NONE);
    ck_assert_uint_eq(state.region, REGION_KERNEL);
    ck_assert_uint_eq(kind_word_kind(state.kind_word), KIND_KERNEL);
    ck_assert_uint_eq(state.ref_count, 1);
    ck_assert_int_eq(frames_describe(worker, USABLE_FRAME * FRAME_SIZE, &state), ERROR_NONE);
    ck_assert_uint_eq(state.region, REGION_USABLE);
    ck_assert_uint_eq(state.ref_count, REF_COUNT_UNUSED);
    uint64_t frame = allocate();
    ck_assert_int_eq(frames_describe(worker, frame * FRAME_SIZE, &state), ERROR_NONE);
    ck_assert_uint_eq(state.ref_count, 1);
    ck_assert_uint_eq(state.kind_word, kind_word(KIND_UNTYPED, 0, 1));
    ck_assert_uint_eq(state.in_list, 0);
    destroy();
}
END_TEST

/* Reconciling any frame with a ledger that agrees changes nothing. */
START_TEST(reconcile_is_harmless)
{
    create();
    uint64_t shared = allocate();
    uint64_t table = allocate();
    bool changes;
    uint64_t count;
    ck_assert_int_eq(frames_clone(worker, shared, &count), ERROR_NONE);
    ck_assert_int_eq(frames_repurpose(worker, table, KIND_PAGE_TABLE, &changes), ERROR_NONE);
    struct allocator_statistics before;
    struct allocator_statistics after;
    allocator_count(worker, &before);
    for (uint32_t times = 0; times < 2; times++) {
        frames_reconcile(worker, shared, &(struct ledger_count){.handles = 2, .kind = KIND_UNTYPED});
        frames_reconcile(worker, table, &(struct ledger_count){.handles = 1, .kind = KIND_PAGE_TABLE});
        frames_reconcile(worker, KERNEL_FRAME, &(struct ledger_count){.handles = 0, .kind = KIND_NONE});
        frames_reconcile(worker, 3, &(struct ledger_count){.handles = 0, .kind = KIND_NONE});
        frames_reconcile(worker, USABLE_FRAME + 500, &(struct ledger_count){.handles = 0, .kind = KIND_NONE});
    }
    allocator_count(worker, &after);
    ck_assert_mem_eq(&before, &after, sizeof(before));
    ck_assert_uint_eq(world_slot(world, shared)->ref_count, 2);
    ck_assert_uint_eq(world_slot(world, table)->ref_count, REF_COUNT_UNIQUE);
    ck_assert_uint_eq(world_slot(world, KERNEL_FRAME)->ref_count, 1);
    world_slot(world, table)->in_list = 5; /* with a list, and no handle */
    frames_reconcile(worker, table, &(struct ledger_count){.handles = 0, .kind = KIND_NONE});
    ck_assert_uint_eq(world_slot(world, table)->ref_count, REF_COUNT_UNIQUE);
    world_slot(world, table)->in_list = 0;
    frames_reconcile(worker, table, &(struct ledger_count){.handles = 0, .kind = KIND_NONE});
    ck_assert_uint_eq(world_slot(world, table)->ref_count, REF_COUNT_UNUSED);
    frames_reconcile(worker, shared, &(struct ledger_count){.handles = 1, .kind = KIND_UNTYPED});
    ck_assert_uint_eq(world_slot(world, shared)->ref_count, 1);
    destroy();
}
END_TEST

START_TEST(what_kinds_may_be_used_for)
{
    for (uint64_t kind = 0; kind < 20; kind++) {
        bool table = kind == KIND_PAGE_TABLE || kind == KIND_HANDLE_TABLE;
        ck_assert_int_eq(kind_is_untyped(kind), kind == KIND_UNTYPED || kind == KIND_RECORD || kind == KIND_DEVICE);
        ck_assert_int_eq(kind_is_shareable(kind), kind >= KIND_UNTYPED && kind < KINDS && !table);
        ck_assert_int_eq(kind_is_object(kind), (kind >= KIND_UNTYPED && kind <= KIND_RECORD) || kind == KIND_DEVICE);
        ck_assert_int_eq(kind_reads(kind), kind == KIND_RECORD);
        ck_assert_int_eq(kind_is_set_aside(kind), kind >= KIND_KERNEL && kind <= KIND_RESERVED);
        ck_assert_int_eq(kind_is_convertible(kind),
                         table || kind == KIND_UNTYPED || kind == KIND_LIST || kind == KIND_RECORD);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("frames");
    TCase *tests = tcase_create("frames");

    tcase_add_test(tests, life_of_a_frame);
    tcase_add_test(tests, a_new_frame_shows_nothing_of_its_last_life);
    tcase_add_test(tests, claim_errors);
    tcase_add_test(tests, look_up_errors);
    tcase_add_test(tests, clone_errors);
    tcase_add_test(tests, drops_too_many_take_nothing);
    tcase_add_test(tests, drop_of_a_unique_frame);
    tcase_add_test(tests, drop_runs_of_all_sorts);
    tcase_add_test(tests, boot_frames_come_back_when_their_objects_end);
    tcase_add_test(tests, descriptions);
    tcase_add_test(tests, reconcile_is_harmless);
    tcase_add_test(tests, what_kinds_may_be_used_for);
    tcase_set_timeout(tests, 60);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
