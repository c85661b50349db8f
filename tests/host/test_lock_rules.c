/* The order of the frame server's locks, as a checked build asserts it: who breaks it ends by an undefined instruction. */
#define CHECKED
#include "servers/frameserv/core/lock.h"
#include "servers/frameserv/core/lock_rules.c"
#include <check.h>
#include <signal.h>
#include <stdlib.h>

static struct keep keep;

static void set_up(void)
{
    keep = (struct keep){.workers = 4};
    lock_rules_begin(&keep);
}

START_TEST(order)
{
    lock_acquire(&keep.tree_lock, 1);
    lock_acquire(&keep.accounts[3].lock, 1);
    lock_acquire(&keep.accounts[ACCOUNT_SYSTEM].lock, 1);
    for (uint32_t k = 0; k < 4; k++)
        lock_acquire(&keep.caches[k].lock, 1);
    lock_acquire(&keep.buddy.lock, 1);
    lock_acquire(&keep.lists.locks[5], 2); /* another worker */
    lock_acquire(&keep.lists.dying_lock, 2);
    lock_release(&keep.caches[2].lock); /* in any order */
    lock_release(&keep.tree_lock);
    lock_release(&keep.buddy.lock);
    lock_release(&keep.accounts[3].lock);
    lock_release(&keep.accounts[ACCOUNT_SYSTEM].lock);
    lock_release(&keep.caches[0].lock);
    lock_release(&keep.caches[1].lock);
    lock_release(&keep.caches[3].lock);
    lock_rules_none(1);
    lock_release(&keep.lists.locks[5]);
    lock_release(&keep.lists.dying_lock);
    lock_rules_none(2);
}
END_TEST

/* Each takes one lock, and then one that it may not have with it. */
static atomic_word *const wrong[][2] = {
    {&keep.accounts[3].lock, &keep.tree_lock},        {&keep.accounts[3].lock, &keep.accounts[2].lock},
    {&keep.accounts[3].lock, &keep.accounts[3].lock}, {&keep.caches[0].lock, &keep.accounts[2].lock},
    {&keep.caches[1].lock, &keep.caches[0].lock},     {&keep.buddy.lock, &keep.caches[0].lock},
    {&keep.lists.locks[1], &keep.lists.locks[2]},     {&keep.lists.dying_lock, &keep.lists.locks[2]},
    {&keep.lists.locks[1], &keep.buddy.lock},         {&keep.accounts[3].lock, &keep.lists.locks[1]},
    {&keep.accounts[3].lock, &keep.lists.dying_lock}, {&keep.buddy.lock, &keep.records[0][0]},
};

START_TEST(not_together)
{
    lock_acquire(wrong[_i][0], 0);
    lock_rules_acquire(wrong[_i][1], 0);
}
END_TEST

START_TEST(not_given_back)
{
    lock_acquire(&keep.buddy.lock, 0);
    lock_rules_none(0);
}
END_TEST

START_TEST(not_its_own)
{
    lock_acquire(&keep.buddy.lock, 0);
    keep.buddy.lock = 2;
    lock_release(&keep.buddy.lock);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lock_rules");
    TCase *tests = tcase_create("lock_rules");
    SRunner *runner = srunner_create(suite);
    const int ways = sizeof(wrong) / sizeof(wrong[0]);

    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, order);
    tcase_add_loop_test_raise_signal(tests, not_together, SIGILL, 0, ways);
    tcase_add_test_raise_signal(tests, not_given_back, SIGILL);
    tcase_add_test_raise_signal(tests, not_its_own, SIGILL);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
