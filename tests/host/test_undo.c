/* The undo log and what a restart makes of kept memory. */
#include "servers/frameserv/core/keep.h"
#include "servers/frameserv/core/lock.h"
#include "tests/host/frames_world.h"
#include <check.h>
#include <stdlib.h>

static struct undo_log undo;

START_TEST(a_committed_transaction_stays)
{
    atomic_word words[2] = {1, 2};
    struct transaction transaction = transaction_begin(&undo);

    wr(&transaction, &words[0], 10);
    wr(&transaction, &words[1], 20);
    ck_assert_uint_eq(undo.length, 2);
    transaction_commit(&transaction);
    ck_assert_uint_eq(undo.length, 0);
    undo_roll_back(&undo);
    ck_assert_uint_eq(words[0], 10);
    ck_assert_uint_eq(words[1], 20);
}
END_TEST

START_TEST(an_open_transaction_is_taken_back)
{
    for (uint32_t stop = 0; stop <= 4; stop++) { /* after each store */
        atomic_word words[3] = {1, 2, 3};
        struct transaction transaction = transaction_begin(&undo);
        if (stop > 0)
            wr(&transaction, &words[0], 10);
        if (stop > 1)
            wr(&transaction, &words[1], 20);
        if (stop > 2)
            wr(&transaction, &words[0], 11); /* the same word twice: the oldest value counts */
        if (stop > 3)
            wr(&transaction, &words[2], UINT64_MAX);
        ck_assert_uint_eq(undo.length, stop);
        for (uint32_t times = 0; times < 2; times++) {
            undo_roll_back(&undo);
            ck_assert_uint_eq(words[0], 1);
            ck_assert_uint_eq(words[1], 2);
            ck_assert_uint_eq(words[2], 3);
            ck_assert_uint_eq(undo.length, 0);
        }
    }
}
END_TEST

START_TEST(rolling_back_half_and_then_whole_is_rolling_back)
{
    atomic_word words[2] = {1, 2};
    struct transaction transaction = transaction_begin(&undo);

    wr(&transaction, &words[0], 10);
    wr(&transaction, &words[1], 20);
    words[1] = 2; /* a roll-back that was killed after its first store */
    undo_roll_back(&undo);
    ck_assert_uint_eq(words[0], 1);
    ck_assert_uint_eq(words[1], 2);
}
END_TEST

START_TEST(a_full_log)
{
    static atomic_word words[UNDO_ENTRIES];
    struct transaction transaction = transaction_begin(&undo);

    for (uint64_t k = 0; k < UNDO_ENTRIES; k++)
        wr(&transaction, &words[k], k + 1);
    undo_roll_back(&undo);
    for (uint64_t k = 0; k < UNDO_ENTRIES; k++)
        ck_assert_uint_eq(words[k], 0);
}
END_TEST

START_TEST(kind_words_of_many_slots_in_one_entry)
{
    struct slot slots[66];
    struct transaction transaction = transaction_begin(&undo);

    for (uint32_t k = 0; k < 66; k++)
        slots[k] = (struct slot){.kind_word = 7, .ref_count = 8, .in_list = 9};
    wr_kind_words(&transaction, &slots[1], 63, 7, 70);
    wr_kind_words(&transaction, &slots[65], 1, 7, 71);
    ck_assert_uint_eq(undo.length, 2);
    for (uint32_t k = 0; k < 66; k++)
        ck_assert_uint_eq(slots[k].kind_word, k == 0 || k == 64 ? 7 : k == 65 ? 71 : 70);
    undo_roll_back(&undo);
    for (uint32_t k = 0; k < 66; k++) {
        ck_assert_uint_eq(slots[k].kind_word, 7);
        ck_assert_uint_eq(slots[k].ref_count + slots[k].in_list, 17);
    }
}
END_TEST

START_TEST(locks_say_who_and_open)
{
    struct world *world = world_create_plain(64);
    struct keep *keep = world->keep;
    struct transaction first = transaction_begin(&keep->logs[0]);
    struct transaction second = transaction_begin(&keep->logs[3]);

    lock_acquire(&keep->accounts[3].lock, 0);
    lock_acquire(&keep->caches[2].lock, 2);
    lock_acquire(&keep->buddy.lock, 3);
    ck_assert_uint_eq(keep->accounts[3].lock, 1);
    ck_assert_uint_eq(keep->buddy.lock, 4);
    wr(&first, &keep->accounts[2].used, 77);
    wr(&second, &keep->buddy.free_frames[ZONE_LOW], 0);
    keep_roll_back(keep);
    keep_roll_back(keep);
    ck_assert_uint_eq(keep->accounts[3].lock, 0);
    ck_assert_uint_eq(keep->accounts[2].used, 0);
    ck_assert_uint_eq(keep->buddy.free_frames[ZONE_LOW], 64);
    lock_acquire(&keep->buddy.lock, 1);
    lock_release(&keep->buddy.lock);
    world_check(world);
    world_destroy(world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("undo");
    TCase *tests = tcase_create("undo");

    tcase_add_test(tests, a_committed_transaction_stays);
    tcase_add_test(tests, an_open_transaction_is_taken_back);
    tcase_add_test(tests, rolling_back_half_and_then_whole_is_rolling_back);
    tcase_add_test(tests, a_full_log);
    tcase_add_test(tests, kind_words_of_many_slots_in_one_entry);
    tcase_add_test(tests, locks_say_who_and_open);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
