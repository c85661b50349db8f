/* The pure parts of the client library: which entries of a handle table are free, words of a command line, names. */
#include "libipc/src/entries.c"
#include "libipc/src/names.c"
#include "libipc/src/start_option.c"
#include <quire/abi.h>

#include <check.h>
#include <stdlib.h>

#define LIMIT 200

static struct entries entries;

static void setup(void)
{
    entries_initialise(&entries, LIMIT);
}

START_TEST(entry_0_is_never_given)
{
    uint32_t first = 99;

    ck_assert_int_eq(entries_take(&entries, 1, &first), ERROR_NONE);
    ck_assert_uint_eq(first, 1);
    ck_assert_uint_eq(entries_used(&entries), 2);
}
END_TEST

START_TEST(lowest_first)
{
    uint32_t first;

    for (uint32_t i = 1; i < LIMIT; i++) {
        ck_assert_int_eq(entries_take(&entries, 1, &first), ERROR_NONE);
        ck_assert_uint_eq(first, i);
    }
    ck_assert_int_eq(entries_take(&entries, 1, &first), ERROR_NO_TABLE_ENTRY);
    ck_assert_uint_eq(first, LIMIT - 1);
    entries_release(&entries, 130, 1);
    entries_release(&entries, 65, 1);
    ck_assert_int_eq(entries_take(&entries, 1, &first), ERROR_NONE);
    ck_assert_uint_eq(first, 65);
    ck_assert_int_eq(entries_take(&entries, 1, &first), ERROR_NONE);
    ck_assert_uint_eq(first, 130);
}
END_TEST

START_TEST(bad_counts)
{
    uint32_t first = 7;

    ck_assert_int_eq(entries_take(&entries, 0, &first), ERROR_BAD_COUNT);
    ck_assert_int_eq(entries_take(&entries, ENTRIES_MAX + 1, &first), ERROR_BAD_COUNT);
    ck_assert_int_eq(entries_take(&entries, UINT32_MAX, &first), ERROR_BAD_COUNT);
    ck_assert_int_eq(entries_take(&entries, LIMIT, &first), ERROR_NO_TABLE_ENTRY);
    ck_assert_uint_eq(first, 7);
    ck_assert_uint_eq(entries_used(&entries), 1);
    ck_assert_int_eq(entries_take(&entries, LIMIT - 1, &first), ERROR_NONE);
    ck_assert_uint_eq(first, 1);
}
END_TEST

START_TEST(runs_skip_what_is_taken)
{
    uint32_t first;

    entries_mark(&entries, 5, 1);
    entries_mark(&entries, 60, 10);
    ck_assert_int_eq(entries_take(&entries, 4, &first), ERROR_NONE);
    ck_assert_uint_eq(first, 1);
    ck_assert_int_eq(entries_take(&entries, 100, &first), ERROR_NONE);
    ck_assert_uint_eq(first, 70);
    ck_assert_int_eq(entries_take(&entries, 54, &first), ERROR_NONE);
    ck_assert_uint_eq(first, 6);
    ck_assert_int_eq(entries_take(&entries, 31, &first), ERROR_NO_TABLE_ENTRY);
    ck_assert_int_eq(entries_take(&entries, 30, &first), ERROR_NONE);
    ck_assert_uint_eq(first, 170);
    ck_assert_uint_eq(entries_used(&entries), LIMIT);
}
END_TEST

START_TEST(beyond_the_limit)
{
    entries_mark(&entries, LIMIT - 1, 5);
    ck_assert_uint_eq(entries_used(&entries), 2);
    entries_mark(&entries, UINT32_MAX, 3);
    entries_release(&entries, UINT32_MAX, 3);
    entries_release(&entries, LIMIT, 3);
    ck_assert_uint_eq(entries_used(&entries), 2);
    entries_release(&entries, LIMIT - 1, 5);
    ck_assert_uint_eq(entries_used(&entries), 1);
    entries_initialise(&entries, UINT32_MAX);
    ck_assert_uint_eq(entries.limit, ENTRIES_MAX);
    entries_initialise(&entries, 0);
    uint32_t first;
    ck_assert_int_eq(entries_take(&entries, 1, &first), ERROR_NO_TABLE_ENTRY);
}
END_TEST

START_TEST(extended)
{
    uint32_t first;

    ck_assert_int_eq(entries_take(&entries, LIMIT - 1, &first), ERROR_NONE);
    ck_assert_int_eq(entries_take(&entries, 1, &first), ERROR_NO_TABLE_ENTRY);
    entries_extend(&entries, LIMIT - 10);
    ck_assert_uint_eq(entries.limit, LIMIT);
    entries_extend(&entries, LIMIT + 64);
    ck_assert_int_eq(entries_take(&entries, 64, &first), ERROR_NONE);
    ck_assert_uint_eq(first, LIMIT);
    ck_assert_int_eq(entries_take(&entries, 1, &first), ERROR_NO_TABLE_ENTRY);
    entries_extend(&entries, UINT32_MAX);
    ck_assert_uint_eq(entries.limit, ENTRIES_MAX);
}
END_TEST

START_TEST(twice)
{
    entries_mark(&entries, 9, 2);
    entries_mark(&entries, 9, 2);
    ck_assert_uint_eq(entries_used(&entries), 3);
    entries_release(&entries, 9, 2);
    entries_release(&entries, 9, 2);
    ck_assert_uint_eq(entries_used(&entries), 1);
}
END_TEST

/* Against a table of bytes: the same answers, whatever the order. */
START_TEST(random_order)
{
    bool model[LIMIT] = {true};
    uint32_t used = 1;
    uint64_t state = 0x9e3779b97f4a7c15u;

    for (int round = 0; round < 200000; round++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        uint32_t count = (uint32_t)(state >> 8) % 9 + 1;
        uint32_t index = (uint32_t)(state >> 32) % LIMIT;

        if (state % 2 == 0) {
            uint32_t first = UINT32_MAX;
            uint32_t expected = UINT32_MAX;

            for (uint32_t i = 1; i + count <= LIMIT && expected == UINT32_MAX; i++) {
                uint32_t free = 0;

                while (free < count && !model[i + free]) {
                    free++;
                }
                if (free == count) {
                    expected = i;
                }
            }
            enum error error = ERROR_NONE;
            if (count > 1 || !entries_take_quickly(&entries, &first)) {
                error = entries_take(&entries, count, &first);
            }
            ck_assert_int_eq(error, expected == UINT32_MAX ? ERROR_NO_TABLE_ENTRY : ERROR_NONE);
            ck_assert_uint_eq(first, expected);
            for (uint32_t k = 0; error == ERROR_NONE && k < count; k++) {
                model[first + k] = true;
                used++;
            }
        } else if (index > 0) {
            if (count == 1) {
                entries_release_one(&entries, index);
            } else {
                entries_release(&entries, index, count);
            }
            for (uint32_t k = index; k < index + count && k < LIMIT; k++) {
                used -= model[k];
                model[k] = false;
            }
        }
        ck_assert_uint_eq(entries_used(&entries), used);
    }
}
END_TEST

START_TEST(options)
{
    const char *line = "suite=check seed=17 log=quiet reseed=9 empty= last=x";
    char value[8];

    ck_assert_str_eq(start_option(line, "suite", value, sizeof(value), "-"), "check");
    ck_assert_str_eq(start_option(line, "last", value, sizeof(value), "-"), "x");
    ck_assert_str_eq(start_option(line, "empty", value, sizeof(value), "-"), "");
    ck_assert_str_eq(start_option(line, "seed", value, 2, "-"), "1");
    ck_assert_str_eq(start_option(line, "uite", value, sizeof(value), "-"), "-");
    ck_assert_str_eq(start_option(line, "sui", value, sizeof(value), "-"), "-");
    ck_assert_str_eq(start_option("", "suite", value, sizeof(value), "-"), "-");
    ck_assert_str_eq(start_option("suite", "suite", value, sizeof(value), "-"), "-");
    ck_assert_uint_eq(start_option_number(line, "seed", 5), 17);
    ck_assert_uint_eq(start_option_number(line, "empty", 5), 5);
    ck_assert_uint_eq(start_option_number(line, "last", 5), 5);
    ck_assert_uint_eq(start_option_number(line, "none", 5), 5);
    ck_assert_uint_eq(start_option_number("n=18446744073709551609", "n", 5), UINT64_MAX - 6);
    ck_assert_uint_eq(start_option_number("n=99999999999999999999", "n", 5), 5);
    ck_assert_uint_eq(start_option_number("n=-1", "n", 5), 5);
}
END_TEST

START_TEST(names)
{
    ck_assert_str_eq(kind_name(KIND_PAGE_TABLE), "page-table");
    ck_assert_str_eq(kind_name(KINDS), "unlisted");
    ck_assert_str_eq(region_name(REGION_BAD_MEMORY), "bad memory");
    ck_assert_str_eq(region_name(REGION_TYPES), "unlisted");
}
END_TEST

START_TEST(handle_arithmetic)
{
    handle value = handle_make(3, 0xffffff);

    ck_assert_uint_eq(handle_index(value), 3);
    ck_assert_uint_eq(handle_generation(value), 0xffffff);
    ck_assert_uint_eq(handle_of_run(value, 5), handle_make(8, 0xffffff));
}
END_TEST

START_TEST(registers_of_a_call)
{
    uint64_t rax = rax_make(SYSTEM_CALL_CALL, ACTION_MOVE, MODE_DROP, 0xffff, 0xfedcba98);

    ck_assert_uint_eq(rax_number(rax), SYSTEM_CALL_CALL);
    ck_assert_uint_eq(rax_action(rax), ACTION_MOVE);
    ck_assert_uint_eq(rax_mode(rax), MODE_DROP);
    ck_assert_uint_eq(rax_n(rax), 0xffff);
    ck_assert_uint_eq(rax_dst(rax), 0xfedcba98);
    ck_assert_uint_eq(frame_word_frame(frame_word_make(UINT64_C(1) << 30, 0xabc)), UINT64_C(1) << 30);
    ck_assert_uint_eq(frame_word_rights(frame_word_make(UINT64_C(1) << 30, 0xabc)), 0xabc);
    ck_assert_uint_eq(badge_account(badge_make(7, 0x80000001)), 7);
    ck_assert_uint_eq(badge_rights(badge_make(7, 0x80000001)), 0x80000001);
    ck_assert_uint_eq(label_operation(label_make(8, 0xffffffff)), 8);
    ck_assert_uint_eq(label_flags(label_make(8, 0xffffffff)), 0xffffffff);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("client");
    TCase *table = tcase_create("entries");
    TCase *words = tcase_create("words");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(table, setup, NULL);
    tcase_add_test(table, entry_0_is_never_given);
    tcase_add_test(table, lowest_first);
    tcase_add_test(table, bad_counts);
    tcase_add_test(table, runs_skip_what_is_taken);
    tcase_add_test(table, beyond_the_limit);
    tcase_add_test(table, extended);
    tcase_add_test(table, twice);
    tcase_add_test(table, random_order);
    tcase_add_test(words, options);
    tcase_add_test(words, names);
    tcase_add_test(words, handle_arithmetic);
    tcase_add_test(words, registers_of_a_call);
    suite_add_tcase(suite, table);
    suite_add_tcase(suite, words);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
