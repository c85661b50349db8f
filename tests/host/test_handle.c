/* Handle entries, tables and rings (kernel/object/handle_ring.h, handle_table.h) against plain counting. */
#include "kernel/memory/ledger_word.h"
#include "kernel/object/handle_ring.h"
#include "kernel/object/handle_table.h"
#include "tests/host/random.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define TASKS 3
#define TABLES 2
#define ENTRIES (TABLES * HANDLES_PER_TABLE)
#define FRAME UINT64_C(0x1234)

/* In place of kernel/object/endpoint.c, which needs a machine: no test here has handles to endpoints. */
void endpoint_receiver_comes(uint64_t frame, uint32_t cpu_number)
{
    (void)frame;
    (void)cpu_number;
    ck_abort();
}

bool endpoint_receiver_goes(uint64_t frame, uint32_t cpu_number)
{
    (void)frame;
    (void)cpu_number;
    ck_abort();
    return false;
}

static struct task *tasks[TASKS];

static void *zeroed(size_t size)
{
    void *memory = aligned_alloc(4096, (size + 4095) / 4096 * 4096);

    memset(memory, 0, size);
    return memory;
}

static void set_up(void)
{
    for (int t = 0; t < TASKS; t++) {
        tasks[t] = zeroed(sizeof(struct task));
        tasks[t]->handle_limit = ENTRIES;
        for (int k = 0; k < TABLES; k++)
            tasks[t]->tables[k] = zeroed(4096);
    }
}

static void tear_down(void)
{
    for (int t = 0; t < TASKS; t++) {
        for (int k = 0; k < TABLES; k++)
            free(tasks[t]->tables[k]);
        free(tasks[t]);
    }
}

static uint64_t fill(struct task *task, uint32_t index, uint64_t word)
{
    return handle_fill(task, handle_table_entry(task, index), handle_generation_next(task), FRAME, KIND_UNTYPED,
                       RIGHTS_FRAME, word | LEDGER_LOCKED);
}

START_TEST(find_names_each_mistake)
{
    struct handle_entry *entry;
    uint64_t word = fill(tasks[0], 5, ledger_word_free());
    handle good = handle_make(5, tasks[0]->generation);

    ck_assert_int_eq(handle_find(tasks[0], good, &entry), ERROR_NONE);
    ck_assert_uint_eq(handle_entry_frame(entry), FRAME);
    ck_assert_int_eq(handle_find(tasks[0], 0, &entry), ERROR_BAD_HANDLE);
    ck_assert_int_eq(handle_find(tasks[0], handle_make(6, 1), &entry), ERROR_BAD_HANDLE);
    ck_assert_int_eq(handle_find(tasks[0], handle_make(ENTRIES, 1), &entry), ERROR_BAD_HANDLE);
    ck_assert_int_eq(handle_find(tasks[0], UINT64_MAX, &entry), ERROR_BAD_HANDLE);
    ck_assert_int_eq(handle_find(tasks[1], good, &entry), ERROR_BAD_HANDLE);
    ck_assert_int_eq(handle_find(tasks[0], good + (UINT64_C(1) << 32), &entry), ERROR_STALE_HANDLE);
    ck_assert_int_eq(handle_find(tasks[0], good | UINT64_C(1) << 56, &entry), ERROR_STALE_HANDLE);
    ck_assert_int_eq(handle_find(tasks[0], handle_make(5, 0), &entry), ERROR_STALE_HANDLE);
    ck_assert_int_eq(handle_find(tasks[0], handle_make(6, 0), &entry), ERROR_BAD_HANDLE);
    handle_table_entry(tasks[0], 5)->name = FRAME; /* as in an entry that is LEAVING */
    ck_assert_int_eq(handle_find(tasks[0], good, &entry), ERROR_BAD_HANDLE);
    ck_assert_uint_eq(handle_count(word), 1);
}
END_TEST

START_TEST(a_handle_is_stale_after_its_entry_was_filled_again)
{
    struct handle_entry *entry;
    uint64_t word = fill(tasks[0], 5, ledger_word_free());
    handle old = handle_make(5, tasks[0]->generation);

    word = handle_unlink(handle_table_entry(tasks[0], 5), word);
    handle_empty(handle_table_entry(tasks[0], 5));
    ck_assert_int_eq(handle_find(tasks[0], old, &entry), ERROR_BAD_HANDLE);
    word = fill(tasks[0], 5, word);
    ck_assert_int_eq(handle_find(tasks[0], old, &entry), ERROR_STALE_HANDLE);
}
END_TEST

START_TEST(destinations)
{
    uint64_t word = fill(tasks[0], 5, ledger_word_free());

    ck_assert_int_eq(handle_destination(tasks[0], 1, 4), ERROR_NONE);
    ck_assert_int_eq(handle_destination(tasks[0], 1, 5), ERROR_OCCUPIED);
    ck_assert_int_eq(handle_destination(tasks[0], 6, ENTRIES - 6), ERROR_NONE);
    ck_assert_int_eq(handle_destination(tasks[0], 6, ENTRIES - 5), ERROR_BAD_DESTINATION);
    ck_assert_int_eq(handle_destination(tasks[0], 6, UINT32_MAX), ERROR_BAD_DESTINATION);
    ck_assert_int_eq(handle_destination(tasks[0], UINT32_MAX, 1), ERROR_BAD_DESTINATION);
    ck_assert_int_eq(handle_destination(tasks[0], 0, 1), ERROR_BAD_DESTINATION);
    ck_assert_int_eq(handle_destination(tasks[0], 6, 0), ERROR_BAD_COUNT);
    ck_assert_uint_eq(handle_count(word), 1);
}
END_TEST

START_TEST(generations_are_never_zero)
{
    tasks[0]->generation = UINT32_MAX - 1;
    ck_assert_uint_eq(handle_generation_next(tasks[0]), UINT32_MAX);
    ck_assert_uint_eq(handle_generation_next(tasks[0]), 1);
}
END_TEST

/* Whether the ring that a word anchors, walked both ways, has exactly the filled entries of the model. (One assertion a
 * round, not one an entry: Check reports each to its parent process.) */
static bool ring_is_right(uint64_t word, bool (*filled)[ENTRIES])
{
    uint64_t count = 0;
    bool right = true;

    for (int t = 0; t < TASKS; t++)
        for (int i = 0; i < ENTRIES; i++)
            count += filled[t][i];
    if (handle_count(word) != count || ledger_word_state(word) != (count ? LEDGER_HELD : LEDGER_FREE))
        return false;
    if (!count)
        return true;
    struct handle_entry *at = ledger_word_anchor(word);
    for (uint64_t k = 0; k < count; k++, at = at->next)
        right &= at->next->previous == at && at->state == HANDLE_HELD && handle_entry_frame(at) == FRAME;
    return right && at == ledger_word_anchor(word);
}

static int pick(struct random *random, bool (*filled)[ENTRIES], bool wanted, uint32_t *task, uint32_t *index)
{
    for (int tries = 0; tries < 1000; tries++) {
        *task = (uint32_t)random_below(random, TASKS);
        *index = 1 + (uint32_t)random_below(random, ENTRIES - 1);
        if (filled[*task][*index] == wanted)
            return 1;
    }
    return 0;
}

START_TEST(random_rings)
{
    static bool filled[TASKS][ENTRIES];
    struct random random = random_start();
    uint64_t word = ledger_word_free() | LEDGER_LOCKED;
    uint32_t task, index, to_task, to_index;

    memset(filled, 0, sizeof(filled));
    for (int round = 0; round < 20000; round++) {
        /* Favour filling and emptying by turns, so that the ring passes through every size. */
        uint64_t choice = random_below(&random, 4);
        bool grow = round / 500 % 2 == 0;
        if (choice == 3 && pick(&random, filled, true, &task, &index) &&
            pick(&random, filled, false, &to_task, &to_index)) {
            word = handle_replace(handle_table_entry(tasks[task], index), tasks[to_task],
                                  handle_table_entry(tasks[to_task], to_index), handle_generation_next(tasks[to_task]),
                                  word);
            filled[task][index] = false;
            filled[to_task][to_index] = true;
        } else if ((choice > 0) == grow && pick(&random, filled, false, &task, &index)) {
            word = fill(tasks[task], index, word);
            filled[task][index] = true;
        } else if (pick(&random, filled, true, &task, &index)) {
            word = handle_unlink(handle_table_entry(tasks[task], index), word);
            handle_empty(handle_table_entry(tasks[task], index));
            filled[task][index] = false;
        }
        ck_assert((word & LEDGER_LOCKED) && ring_is_right(word, filled));
    }
}
END_TEST

START_TEST(replace_keeps_the_badge_of_an_endpoint)
{
    uint64_t word = handle_fill(tasks[0], handle_table_entry(tasks[0], 3), 7, FRAME, KIND_ENDPOINT,
                                RIGHT_CALL | RIGHT_MOVE, ledger_word_free() | LEDGER_LOCKED);

    handle_table_entry(tasks[0], 3)->place = 99;
    word = handle_replace(handle_table_entry(tasks[0], 3), tasks[1], handle_table_entry(tasks[1], 4), 8, word);
    ck_assert_uint_eq(handle_table_entry(tasks[1], 4)->place, 99);
    ck_assert_uint_eq(handle_table_entry(tasks[1], 4)->rights, RIGHT_CALL | RIGHT_MOVE);
    ck_assert_ptr_eq(handle_table_entry(tasks[1], 4)->owner, tasks[1]);
    ck_assert_uint_eq(handle_table_entry(tasks[0], 3)->name, 0);
    ck_assert_uint_eq(handle_count(word), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("handle");
    TCase *cases = tcase_create("handle");
    SRunner *runner = srunner_create(suite);

    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, find_names_each_mistake);
    tcase_add_test(cases, a_handle_is_stale_after_its_entry_was_filled_again);
    tcase_add_test(cases, destinations);
    tcase_add_test(cases, generations_are_never_zero);
    tcase_add_test(cases, random_rings);
    tcase_add_test(cases, replace_keeps_the_badge_of_an_endpoint);
    suite_add_tcase(suite, cases);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
