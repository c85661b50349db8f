/* Slots: arithmetic, what an address can be, every state under every operation, and threads. */
#include "servers/frameserv/core/slot.h"
#include "tests/host/frames_world.h"
#include "tests/host/random.h"
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PAGE FRAME_SIZE

START_TEST(slots_and_frames_convert_both_ways)
{
    struct slot slots[8];
    struct window window = {.slots = slots, .frame_count = 8};

    for (uint64_t frame = 0; frame < 8; frame++) {
        ck_assert_ptr_eq(window_slot(&window, frame), &slots[frame]);
        ck_assert_uint_eq(window_frame(&window, &slots[frame]), frame);
    }
    ck_assert_uint_eq((uintptr_t)&slots[1] - (uintptr_t)&slots[0], 64);
}
END_TEST

START_TEST(region_of_each_frame)
{
    static const struct world_region regions[] = {
        {REGION_USABLE, 1}, {REGION_UNKNOWN, 3}, {REGION_KERNEL, 2}, {REGION_USABLE, 10}, {REGION_UNKNOWN, 0}};
    static const enum region_type types[] = {REGION_USABLE, REGION_UNKNOWN, REGION_UNKNOWN, REGION_UNKNOWN,
                                             REGION_KERNEL, REGION_KERNEL,  REGION_USABLE,  REGION_USABLE};
    struct world *world = world_create(regions);

    for (uint64_t frame = 0; frame < 8; frame++)
        ck_assert_uint_eq(window_region(&world->window, frame)->type, types[frame]);
    ck_assert_uint_eq(window_region(&world->window, 15)->type, REGION_USABLE);
    ck_assert(window_has_slot(&world->window, 15));
    ck_assert(!window_has_slot(&world->window, 16));
    ck_assert(!window_has_slot(&world->window, 3));
    ck_assert(window_has_slot(&world->window, 4));
    world_destroy(world);
}
END_TEST

START_TEST(what_an_address_can_be)
{
    struct world *world = world_create_usual();
    uint64_t end = world->window.frame_count * PAGE;
    struct slot *slot = NULL;

    ck_assert_int_eq(window_find(&world->window, 1, &slot), ERROR_NOT_ALIGNED);
    ck_assert_int_eq(window_find(&world->window, PAGE - 1, &slot), ERROR_NOT_ALIGNED);
    ck_assert_int_eq(window_find(&world->window, end + 8, &slot), ERROR_NOT_ALIGNED); /* alignment comes first */
    ck_assert_int_eq(window_find(&world->window, UINT64_MAX, &slot), ERROR_NOT_ALIGNED);
    ck_assert_int_eq(window_find(&world->window, end, &slot), ERROR_OUT_OF_BOUND);
    ck_assert_int_eq(window_find(&world->window, UINT64_MAX - PAGE + 1, &slot), ERROR_OUT_OF_BOUND);
    ck_assert_int_eq(window_find(&world->window, UINT64_C(1) << 63, &slot), ERROR_OUT_OF_BOUND);
    ck_assert_int_eq(window_find(&world->window, 8 * PAGE, &slot), ERROR_RESERVED);
    ck_assert_int_eq(window_find(&world->window, 160 * PAGE, &slot), ERROR_HOLE);
    ck_assert_int_eq(window_find(&world->window, 223 * PAGE, &slot), ERROR_HOLE);
    ck_assert_int_eq(window_find(&world->window, 224 * PAGE, &slot), ERROR_RESERVED);
    ck_assert_ptr_null(slot);
    ck_assert_int_eq(window_find(&world->window, 0, &slot), ERROR_NONE); /* frame 0 is a frame */
    ck_assert_ptr_eq(slot, world->window.slots);
    ck_assert_int_eq(window_find(&world->window, end - PAGE, &slot), ERROR_NONE);
    ck_assert_uint_eq(world->pages_backed, 0); /* finding touches nothing */
    world_destroy(world);
}
END_TEST

START_TEST(kinds_and_slots_of_regions)
{
    ck_assert_int_eq(region_kind(REGION_USABLE), KIND_NONE);
    ck_assert_int_eq(region_kind(REGION_KERNEL), KIND_KERNEL);
    ck_assert_int_eq(region_kind(REGION_MODULE), KIND_UNUSABLE);
    ck_assert_int_eq(region_kind(REGION_FRAMEBUFFER), KIND_DEVICE);
    ck_assert_int_eq(region_kind(REGION_METADATA), KIND_METADATA);
    ck_assert_int_eq(region_kind(REGION_EARLY), KIND_EARLY);
    for (uint32_t type = 0; type < REGION_TYPES; type++)
        ck_assert_int_eq(region_has_slots((enum region_type)type), type >= REGION_KERNEL);
}
END_TEST

/* Every state that ref_count can read, and what each operation makes of it. */
struct row {
    uint64_t state;
    enum error begin, add, remove, unique;
    uint64_t after_add, after_remove, after_unique; /* state; unchanged on an error */
    bool last;
};

static const struct row rows[] = {
    {REF_COUNT_UNUSED, ERROR_NONE, ERROR_UNUSED, ERROR_UNUSED, ERROR_UNUSED, REF_COUNT_UNUSED, REF_COUNT_UNUSED,
     REF_COUNT_UNUSED, false},
    {REF_COUNT_UNIQUE, ERROR_UNIQUE, ERROR_UNIQUE, ERROR_NONE, ERROR_NONE, REF_COUNT_UNIQUE, REF_COUNT_BUSY,
     REF_COUNT_UNIQUE, true},
    {REF_COUNT_BUSY, ERROR_BUSY, ERROR_BUSY, ERROR_BUSY, ERROR_BUSY, REF_COUNT_BUSY, REF_COUNT_BUSY, REF_COUNT_BUSY,
     false},
    {1, ERROR_IN_USE, ERROR_NONE, ERROR_NONE, ERROR_NONE, 2, REF_COUNT_BUSY, REF_COUNT_UNIQUE, true},
    {2, ERROR_IN_USE, ERROR_NONE, ERROR_NONE, ERROR_SHARED, 3, 1, 2, false},
    {1000, ERROR_IN_USE, ERROR_NONE, ERROR_NONE, ERROR_SHARED, 1001, 999, 1000, false},
    {REF_COUNT_MAX - 1, ERROR_IN_USE, ERROR_NONE, ERROR_NONE, ERROR_SHARED, REF_COUNT_MAX, REF_COUNT_MAX - 2,
     REF_COUNT_MAX - 1, false},
    {REF_COUNT_MAX, ERROR_IN_USE, ERROR_TOO_MANY_HANDLES, ERROR_NONE, ERROR_SHARED, REF_COUNT_MAX, REF_COUNT_MAX - 1,
     REF_COUNT_MAX, false},
    {REF_COUNT_MAX + 1, ERROR_IN_USE, ERROR_TOO_MANY_HANDLES, ERROR_IN_USE, ERROR_SHARED, REF_COUNT_MAX + 1,
     REF_COUNT_MAX + 1, REF_COUNT_MAX + 1, false},
    {REF_COUNT_UNIQUE - 1, ERROR_IN_USE, ERROR_TOO_MANY_HANDLES, ERROR_IN_USE, ERROR_SHARED, REF_COUNT_UNIQUE - 1,
     REF_COUNT_UNIQUE - 1, REF_COUNT_UNIQUE - 1, false},
};

START_TEST(every_state_under_every_operation)
{
    const struct row *row = &rows[_i];
    struct slot slot = {.storage = {1, 2, 3, 4, 5}, .kind_word = 6, .in_list = 7};
    uint64_t count = 99;
    uint64_t found;
    bool last = false;

    slot.ref_count = row->state;
    ck_assert_int_eq(slot_begin(&slot), row->begin);
    ck_assert_uint_eq(slot.ref_count, row->begin == ERROR_NONE ? REF_COUNT_BUSY : row->state);

    slot.ref_count = row->state;
    ck_assert_int_eq(slot_add(&slot, &count), row->add);
    ck_assert_uint_eq(slot.ref_count, row->after_add);
    ck_assert_uint_eq(count, row->add == ERROR_NONE ? row->after_add : 99);

    slot.ref_count = row->state;
    ck_assert_int_eq(slot_remove(&slot, &last), row->remove);
    ck_assert_uint_eq(slot.ref_count, row->after_remove);
    ck_assert_int_eq(last, row->last);

    slot.ref_count = row->state;
    ck_assert_int_eq(slot_make_unique(&slot, &found), row->unique);
    ck_assert_uint_eq(slot.ref_count, row->after_unique);
    ck_assert_uint_eq(found, row->state);

    ck_assert_uint_eq(slot.storage[0] + slot.storage[4] + slot.kind_word + slot.in_list, 1 + 5 + 6 + 7);
}
END_TEST

START_TEST(sentinels_are_told_apart)
{
    ck_assert_int_eq(slot_error_if_unused_needed(REF_COUNT_UNUSED), ERROR_NONE);
    ck_assert_int_eq(slot_error_if_use_needed(1), ERROR_NONE);
    ck_assert_int_eq(slot_error_if_use_needed(REF_COUNT_MAX - 1), ERROR_NONE);
    /* One step beyond each sentinel is another state: no operation may take that step. */
    ck_assert_uint_eq(REF_COUNT_BUSY - 1, REF_COUNT_UNUSED);
    ck_assert_uint_eq(REF_COUNT_UNIQUE + 1, REF_COUNT_UNUSED);
}
END_TEST

START_TEST(life_of_a_slot)
{
    struct slot slot = {.ref_count = REF_COUNT_UNUSED};
    uint64_t value;
    bool last;

    ck_assert_int_eq(slot_begin(&slot), ERROR_NONE);
    ck_assert_int_eq(slot_begin(&slot), ERROR_BUSY);
    slot_publish_unique(&slot);
    ck_assert_int_eq(slot_add(&slot, &value), ERROR_UNIQUE);
    slot_publish_shared(&slot);
    ck_assert_int_eq(slot_add(&slot, &value), ERROR_NONE);
    ck_assert_int_eq(slot_make_unique(&slot, &value), ERROR_SHARED);
    ck_assert_int_eq(slot_remove(&slot, &last), ERROR_NONE);
    ck_assert(!last);
    ck_assert_int_eq(slot_make_unique(&slot, &value), ERROR_NONE);
    ck_assert_int_eq(slot_remove(&slot, &last), ERROR_NONE);
    ck_assert(last);
    ck_assert_int_eq(slot_begin(&slot), ERROR_BUSY); /* busy while it is torn down, too */
    ck_assert_int_eq(slot_add(&slot, &value), ERROR_BUSY);
    slot_retire(&slot);
    ck_assert_int_eq(slot_remove(&slot, &last), ERROR_UNUSED); /* a handle too many is not taken from the count */
    ck_assert_int_eq(slot_begin(&slot), ERROR_NONE);
}
END_TEST

/* Threads claim, look up, make unique, and drop a few slots. Whoever is alone with a slot writes a tag into
 * all of its storage, words apart in time; whoever has looked it up must never see two halves. */
#define THREADS 4
#define SHARED_SLOTS 3
#define ROUNDS 60000

static struct slot shared_slots[SHARED_SLOTS];
static atomic_word tears;

static void write_tag(struct slot *slot, uint64_t tag)
{
    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
        atomic_store_relaxed(&slot->storage[k], tag);
}

static void read_tag(const struct slot *slot)
{
    uint64_t tag = atomic_load_relaxed(&slot->storage[0]);

    for (uint32_t k = 1; k < SLOT_STORAGE_WORDS; k++) {
        if (atomic_load_relaxed(&slot->storage[k]) != tag)
            atomic_add_relaxed(&tears, 1);
    }
}

static void drop(struct slot *slot)
{
    bool last = false;

    if (slot_remove(slot, &last) != ERROR_NONE)
        atomic_add_relaxed(&tears, 1);
    if (last) {
        write_tag(slot, 0);
        slot_retire(slot);
    }
}

static void *play(void *argument)
{
    struct random random = {.state = (uintptr_t)argument};

    for (uint64_t round = 0; round < ROUNDS; round++) {
        struct slot *slot = &shared_slots[random_below(&random, SHARED_SLOTS)];
        uint64_t tag = random_word(&random);
        uint64_t value;
        if (slot_begin(slot) == ERROR_NONE) {
            write_tag(slot, tag);
            slot_publish_shared(slot);
            drop(slot);
        } else if (slot_add(slot, &value) == ERROR_NONE) {
            read_tag(slot);
            if (tag % 4 == 0 && slot_make_unique(slot, &value) == ERROR_NONE && value == 1) {
                write_tag(slot, tag);
                slot_publish_shared(slot);
            }
            drop(slot);
        }
    }
    return NULL;
}

START_TEST(threads_on_few_slots)
{
    pthread_t threads[THREADS];

    for (uint32_t k = 0; k < SHARED_SLOTS; k++)
        shared_slots[k].ref_count = REF_COUNT_UNUSED;
    for (uintptr_t k = 0; k < THREADS; k++)
        ck_assert_int_eq(pthread_create(&threads[k], NULL, play, (void *)(k + 1)), 0);
    for (uint32_t k = 0; k < THREADS; k++)
        ck_assert_int_eq(pthread_join(threads[k], NULL), 0);
    ck_assert_uint_eq(tears, 0);
    for (uint32_t k = 0; k < SHARED_SLOTS; k++) {
        ck_assert_uint_eq(shared_slots[k].ref_count, REF_COUNT_UNUSED);
        ck_assert_uint_eq(shared_slots[k].storage[0], 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("slot");
    TCase *tests = tcase_create("slot");

    tcase_add_test(tests, slots_and_frames_convert_both_ways);
    tcase_add_test(tests, region_of_each_frame);
    tcase_add_test(tests, what_an_address_can_be);
    tcase_add_test(tests, kinds_and_slots_of_regions);
    tcase_add_loop_test(tests, every_state_under_every_operation, 0, sizeof(rows) / sizeof(rows[0]));
    tcase_add_test(tests, sentinels_are_told_apart);
    tcase_add_test(tests, life_of_a_slot);
    tcase_add_test(tests, threads_on_few_slots);
    tcase_set_timeout(tests, 60);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
