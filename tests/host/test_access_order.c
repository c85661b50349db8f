/* In which order a slot's words are accessed, and what another CPU may do in between: what no run on x86-64 shows, since
 * its accesses are ordered more than is asked for. */
#undef QUIRE_ATOMIC_HEADER
#define QUIRE_ATOMIC_HEADER "tests/host/recorded_atomic.h"
#include "servers/frameserv/core/frames.c"
#include "servers/frameserv/core/frames_drop.c"
#include "servers/frameserv/core/frames_unique.c"
#include "servers/frameserv/core/list_parts.c"
#include "servers/frameserv/core/slot.c"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES 8
#define FRAME 3
#define PAYER 2

static struct slot slots[FRAMES];
static const struct boot_region region = {.base = 0, .size = FRAMES * FRAME_SIZE, .type = REGION_USABLE};
static struct worker_control control;
static struct keep keep;
static struct worker worker;
static struct slot *const slot = &slots[FRAME];
static bool given; /* the frame went to the allocator */

/* Stands in for the allocator and for what kinds do at their end. */
static void note_call(void)
{
    record(ORDERED_CALL, NULL);
}

enum error allocator_take(struct worker *taker, uint32_t payer, uint64_t *frame)
{
    *frame = FRAME;
    slot->kind_word = kind_word(KIND_UNTYPED, 0, payer);
    intent_set(taker, FRAME);
    return ERROR_NONE;
}

enum error allocator_take_some(struct worker *taker, uint32_t payer, uint64_t done, uint64_t wanted, uint64_t *taken)
{
    *taken = wanted;
    return allocator_take(taker, payer, &taker->transfer[done]);
}

enum error allocator_take_run(struct worker *taker, uint32_t payer, uint64_t count, const struct run_wish *wish)
{
    (void)count;
    (void)wish;
    return allocator_take(taker, payer, &taker->transfer[0]);
}

enum error allocator_claim(struct worker *taker, uint32_t payer, uint64_t frame)
{
    return allocator_take(taker, payer, &frame);
}

void allocator_give(struct worker *giver, uint64_t frame, uint32_t payer)
{
    (void)giver;
    ck_assert_uint_eq(frame, FRAME);
    ck_assert_uint_eq(payer, PAYER);
    ck_assert_uint_eq(slot->ref_count, REF_COUNT_UNUSED);
    given = true;
    note_call();
}

void allocator_give_chunk(struct worker *giver, uint64_t first, uint32_t order)
{
    (void)giver;
    (void)first;
    (void)order;
    ck_abort();
}

void allocator_disown(struct worker *giver, uint64_t frame, uint32_t payer)
{
    (void)giver;
    (void)frame;
    (void)payer;
    ck_abort();
}

void frames_keep_record(struct worker *reader, uint64_t frame, uint32_t payer)
{
    (void)reader;
    (void)frame;
    (void)payer;
    ck_assert_uint_eq(slot->ref_count, REF_COUNT_BUSY); /* nobody else gets at it */
    ck_assert(!given);
    note_call();
}

bool lists_end(struct worker *ender, uint64_t list)
{
    (void)ender;
    (void)list;
    return true;
}

uint64_t lists_reap(struct worker *reaper, uint64_t limit)
{
    (void)reaper;
    (void)limit;
    return 0;
}

uint64_t lists_reap_turn(struct worker *reaper, atomic_word *turn)
{
    (void)reaper;
    (void)turn;
    return 0;
}

static void setup(void)
{
    static atomic_word transfer[TRANSFER_FRAMES];

    worker = (struct worker){
        .window = {.slots = slots, .frame_count = FRAMES, .regions = &region, .region_count = 1},
        .keep = &keep,
        .control = &control,
        .transfer = transfer,
    };
    *slot = (struct slot){.ref_count = 1, .kind_word = kind_word(KIND_UNTYPED, 0, PAYER)};
    other_cpu = NULL;
    given = false;
    record_count = 0;
}

/* What was recorded of the slot's count, of fences and of calls; other words do not matter. */
static void expect_records(const enum ordered *expected, size_t count)
{
    size_t found = 0;

    for (size_t k = 0; k < record_count; k++) {
        if (records[k].word == NULL || records[k].word == &slot->ref_count) {
            ck_assert_uint_lt(found, count);
            ck_assert_int_eq(records[k].what, expected[found]);
            found++;
        }
    }
    ck_assert_uint_eq(found, count);
    record_count = 0;
}

#define EXPECT_RECORDS(...)                                                                                            \
    do {                                                                                                               \
        static const enum ordered expected_records[] = {__VA_ARGS__};                                                  \
        expect_records(expected_records, sizeof(expected_records) / sizeof(expected_records[0]));                      \
    } while (0)

/* Who becomes the owner sees what the holders before it wrote; who is let in sees what the owner wrote. */
START_TEST(unique_acquires_and_share_releases)
{
    static const atomic_word frames[] = {FRAME};

    ck_assert_int_eq(frames_make_unique(&worker, frames, 1), ERROR_NONE);
    EXPECT_RECORDS(SWAP_ACQUIRE);
    ck_assert_int_eq(frames_make_shared(&worker, frames, 1), ERROR_NONE);
    EXPECT_RECORDS(STORE_RELEASE);
}
END_TEST

/* Release the handle, acquire what all others did, end the kind, make it unused, and only then give it away. */
START_TEST(drop)
{
    slot->kind_word = kind_word(KIND_RECORD, 0, PAYER);
    slot->ref_count = 2;
    ck_assert_uint_eq(frames_drop(&worker, FRAME), 0);
    EXPECT_RECORDS(SUBTRACT_RELEASE);
    ck_assert_uint_eq(frames_drop(&worker, FRAME), 1);
    EXPECT_RECORDS(SUBTRACT_RELEASE, FENCE_ACQUIRE, ORDERED_CALL, STORE_RELEASE, ORDERED_CALL);
    ck_assert(given);
    setup(); /* plain memory has a shorter way */
    ck_assert_uint_eq(frames_drop(&worker, FRAME), 1);
    EXPECT_RECORDS(SUBTRACT_RELEASE, FENCE_ACQUIRE, STORE_RELEASE, ORDERED_CALL);
}
END_TEST

START_TEST(drop_in_a_run)
{
    slot->kind_word = kind_word(KIND_RECORD, 0, PAYER);
    worker.transfer[0] = FRAME;
    ck_assert_uint_eq(frames_drop_run(&worker, 1), 1);
    EXPECT_RECORDS(SUBTRACT_RELEASE, FENCE_ACQUIRE, ORDERED_CALL, STORE_RELEASE, ORDERED_CALL);
}
END_TEST

/* Metadata is clean and the kind is set when the count says for the first time that there is a frame. */
static void check_published(enum ordered what, const atomic_word *word)
{
    if (what == STORE_RELEASE && word == &slot->ref_count) {
        for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
            ck_assert_uint_eq(slot->storage[k], 0);
        ck_assert_uint_eq(slot->kind_word, kind_word(KIND_UNTYPED, 0, PAYER));
        ck_assert_uint_eq(slot->ref_count, REF_COUNT_BUSY);
        given = true;
    }
}

START_TEST(clean_before_published)
{
    uint64_t frame;

    for (uint32_t way = 0; way < 2; way++) {
        *slot = (struct slot){.storage = {1, 2, 3, 4, 5}, .ref_count = REF_COUNT_UNUSED};
        other_cpu = check_published;
        given = false;
        ck_assert_int_eq(way == 0 ? frames_allocate(&worker, PAYER, &frame)
                                  : frames_claim(&worker, PAYER, FRAME * FRAME_SIZE, &frame),
                         ERROR_NONE);
        ck_assert(given);
        EXPECT_RECORDS(SWAP_ACQUIRE, STORE_RELEASE);
    }
}
END_TEST

/* The frame that was read about ends, and begins anew as another kind, just before the look-up counts itself. */
static void become_a_list(enum ordered what, const atomic_word *word)
{
    if (what == SWAP_ACQUIRE && word == &slot->ref_count)
        slot->kind_word = kind_word(KIND_LIST, 0, PAYER);
}

START_TEST(kind_is_read_after_the_count)
{
    uint64_t frame;
    uint64_t count;

    other_cpu = become_a_list;
    ck_assert_int_eq(frames_look_up(&worker, FRAME * FRAME_SIZE, &frame, &count), ERROR_WRONG_KIND);
    ck_assert_uint_eq(slot->ref_count, 1);
    ck_assert(!given);
}
END_TEST

/* The frame is being torn down at the very moment: the look-up says so, and does not wait for the end of it. */
static void become_busy(enum ordered what, const atomic_word *word)
{
    if (what == SWAP_ACQUIRE && word == &slot->ref_count)
        slot->ref_count = REF_COUNT_BUSY;
}

START_TEST(busy_is_not_waited_for)
{
    static const atomic_word frames[] = {FRAME};
    uint64_t frame;
    uint64_t count;

    other_cpu = become_busy;
    ck_assert_int_eq(frames_look_up(&worker, FRAME * FRAME_SIZE, &frame, &count), ERROR_BUSY);
    ck_assert_uint_eq(slot->ref_count, REF_COUNT_BUSY);
    slot->ref_count = 1;
    ck_assert_int_eq(frames_clone(&worker, FRAME, &count), ERROR_BUSY);
    slot->ref_count = 1;
    ck_assert_int_eq(frames_make_unique(&worker, frames, 1), ERROR_BUSY);
    ck_assert_uint_eq(slot->ref_count, REF_COUNT_BUSY);
}
END_TEST

/* One handle is not ownership: a look-up comes in between the count that reads 1 and the swap. */
static void look_up(enum ordered what, const atomic_word *word)
{
    if (what == SWAP_ACQUIRE && word == &slot->ref_count)
        slot->ref_count = 2;
}

START_TEST(owner_is_who_swaps)
{
    static const atomic_word frames[] = {FRAME};

    other_cpu = look_up;
    ck_assert_int_eq(frames_make_unique(&worker, frames, 1), ERROR_SHARED);
    ck_assert_uint_eq(slot->ref_count, 2);
}
END_TEST

/* in_list is read without the list's lock, for facts about a frame: it names the list until nothing there leads to the
 * frame any more. */
static void check_unlinked(enum ordered what, const atomic_word *word)
{
    const struct slot *list = &slots[1];

    if (what == STORE_RELEASE && word == &slot->in_list) {
        ck_assert_uint_ne(slot->in_list, 0);
        ck_assert_uint_eq(list->storage[LIST_WORD_FRONT], 2 + 1);
        ck_assert_uint_eq(list->storage[LIST_WORD_BACK], 4 + 1);
        ck_assert_uint_eq(list->storage[LIST_WORD_LENGTH], 2);
        ck_assert_uint_eq(slots[2].storage[MEMBER_NEXT], 4 + 1);
        ck_assert_uint_eq(slots[4].storage[MEMBER_PREVIOUS], 2 + 1);
        given = true;
    }
}

START_TEST(listed_until_unlinked)
{
    static struct undo_log log;
    struct transaction transaction = transaction_begin(&log);

    memset(slots, 0, sizeof(slots));
    slots[1].storage[LIST_WORD_ID] = 9;
    for (uint64_t frame = 2; frame <= 4; frame++) {
        list_link(&worker, &transaction, &slots[1], frame, 0);
        ck_assert_uint_eq(slots[frame].in_list, 9);
    }
    transaction_commit(&transaction);
    other_cpu = check_unlinked;
    transaction = transaction_begin(&log);
    list_unlink(&worker, &transaction, &slots[1], FRAME);
    transaction_commit(&transaction);
    ck_assert(given);
    ck_assert_uint_eq(slot->in_list, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("access_order");
    TCase *tests = tcase_create("access_order");

    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, unique_acquires_and_share_releases);
    tcase_add_test(tests, drop);
    tcase_add_test(tests, drop_in_a_run);
    tcase_add_test(tests, clean_before_published);
    tcase_add_test(tests, kind_is_read_after_the_count);
    tcase_add_test(tests, busy_is_not_waited_for);
    tcase_add_test(tests, owner_is_who_swaps);
    tcase_add_test(tests, listed_until_unlinked);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
