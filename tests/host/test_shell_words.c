/* The shell's words, names and errors. */
#include "servers/shell/outcome.c"
#include "servers/shell/things.c"
#include "servers/shell/words.c"
#include "tests/host/run_tests.h"

static struct cut_line cut;

START_TEST(cutting)
{
    char line[SHELL_LINE_MAX + 2];

    ck_assert_uint_eq(words_cut("  alloc  3\tlow ", &cut), ERROR_NONE);
    ck_assert_uint_eq(cut.words.count, 3);
    ck_assert_str_eq(cut.words.word[0], "alloc");
    ck_assert_str_eq(cut.words.word[1], "3");
    ck_assert_str_eq(cut.words.word[2], "low");
    struct words rest = words_behind(&cut.words, 2);
    ck_assert_uint_eq(rest.count, 1);
    ck_assert_str_eq(rest.word[0], "low");
    ck_assert_uint_eq(words_cut("a # b", &cut), ERROR_NONE);
    ck_assert_uint_eq(cut.words.count, 1);
    ck_assert_uint_eq(words_cut("#", &cut), ERROR_NONE);
    ck_assert_uint_eq(cut.words.count, 0);
    for (uint32_t k = 0; k < sizeof(line); k++)
        line[k] = k % 2 == 0 ? 'x' : ' ';
    line[WORDS_MAX * 2] = 0;
    ck_assert_uint_eq(words_cut(line, &cut), ERROR_NONE);
    ck_assert_uint_eq(cut.words.count, WORDS_MAX);
    line[WORDS_MAX * 2] = 'x';
    line[WORDS_MAX * 2 + 1] = 0;
    ck_assert_uint_eq(words_cut(line, &cut), SHELL_ERROR_MANY_WORDS);
    memset(line, 'x', sizeof(line));
    line[SHELL_LINE_MAX] = 0;
    ck_assert_uint_eq(words_cut(line, &cut), ERROR_NONE);
    line[SHELL_LINE_MAX] = 'x';
    line[SHELL_LINE_MAX + 1] = 0;
    ck_assert_uint_eq(words_cut(line, &cut), SHELL_ERROR_LONG_LINE);
}
END_TEST

START_TEST(meaning)
{
    uint64_t number = 0;
    uint32_t rights = 0;
    bool found;
    char text[RIGHTS_TEXT];

    ck_assert_uint_eq(word_number("0x10", 16, &number), ERROR_NONE);
    ck_assert_uint_eq(number, 16);
    ck_assert_uint_eq(word_number("17", 16, &number), SHELL_ERROR_BAD_NUMBER);
    ck_assert_uint_eq(word_number("-1", 16, &number), SHELL_ERROR_BAD_NUMBER);
    ck_assert_uint_eq(word_option("align=9", "align", 16, &found, &number), ERROR_NONE);
    ck_assert(found && number == 9);
    ck_assert_uint_eq(word_option("align=", "align", 16, &found, &number), SHELL_ERROR_BAD_NUMBER);
    ck_assert_uint_eq(word_option("aligned=1", "align", 16, &found, &number), ERROR_NONE);
    ck_assert(!found);
    ck_assert_uint_eq(word_rights("rmcv", &rights), ERROR_NONE);
    ck_assert_uint_eq(rights, RIGHT_READ | RIGHT_MAP | RIGHT_CLONE | RIGHT_MOVE);
    ck_assert_uint_eq(word_rights("rq", &rights), SHELL_ERROR_BAD_WORD);
    rights_text(RIGHT_READ | RIGHT_CLONE | RIGHT_NOTIFY, text);
    ck_assert_str_eq(text, "r---c--n");
    rights_text(UINT32_MAX, text);
    ck_assert_str_eq(text, "rwxmcvosln");
    ck_assert_uint_eq(word_kind("record", &rights), ERROR_NONE);
    ck_assert_uint_eq(rights, KIND_RECORD);
    ck_assert_uint_eq(word_kind("", &rights), SHELL_ERROR_BAD_WORD);
}
END_TEST

START_TEST(sizes)
{
    char text[24];

    size_text(1, text, sizeof(text));
    ck_assert_str_eq(text, "4 KiB");
    size_text(2560, text, sizeof(text));
    ck_assert_str_eq(text, "10 MiB");
    size_text(UINT64_C(12) * 262144, text, sizeof(text));
    ck_assert_str_eq(text, "12 GiB");
}
END_TEST

START_TEST(names)
{
    char name[THING_NAME];
    uint32_t place = 0;

    struct thing *first = thing_add(THING_FRAME, handle_make(10, 1), 1);
    struct thing *second = thing_add(THING_FRAME, handle_make(11, 1), 1);
    struct thing *segment = thing_add(THING_SEGMENT, handle_make(20, 1), 4);
    ck_assert_str_eq(thing_name(first, name), "f1");
    ck_assert_str_eq(thing_name(second, name), "f2");
    ck_assert_str_eq(thing_name(segment, name), "s1");
    ck_assert_ptr_eq(thing_find("f2"), second);
    const char *const others[] = {"f3", "f02", "f", "f2x", "g2", "F2", "", "2", "f4294967297", "e1", "f0"};
    for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++)
        ck_assert_msg(thing_find(others[k]) == NULL, "%s", others[k]);
    ck_assert_ptr_eq(thing_with(23), segment);
    ck_assert_ptr_null(thing_with(24));
    ck_assert_uint_eq(things_count(), 3);
    thing_remove(first);
    ck_assert_str_eq(thing_name(thing_add(THING_FRAME, handle_make(12, 1), 1), name), "f1");
    struct thing *run = things_add_run(THING_FRAME, handle_make(30, 1), 3);
    ck_assert_str_eq(thing_name(run, name), "f3");
    ck_assert_str_eq(thing_name(thing_with(32), name), "f5");
    while (thing_next(&place) != NULL) {
    }
    ck_assert_uint_eq(things_room(THINGS_MAX - 6), ERROR_NONE);
    ck_assert_uint_eq(things_room(THINGS_MAX - 5), SHELL_ERROR_MANY_NAMES);
    things_add_run(THING_LIST, handle_make(100, 1), THINGS_MAX - 6);
    ck_assert_uint_eq(things_room(1), SHELL_ERROR_MANY_NAMES);
    ck_assert_uint_eq(things_room(UINT32_MAX), SHELL_ERROR_MANY_NAMES);
}
END_TEST

START_TEST(ranges)
{
    enum thing_sort sort;
    uint32_t first;
    uint32_t last;
    bool is;

    ck_assert_uint_eq(things_range("f2-f7", &is, &sort, &first, &last), ERROR_NONE);
    ck_assert(is && sort == THING_FRAME && first == 2 && last == 7);
    ck_assert_uint_eq(things_range("f2", &is, &sort, &first, &last), ERROR_NONE);
    ck_assert(!is);
    const char *const wrong[] = {"f7-f2", "f1-e2", "f1-", "f1-2", "x-y", "f1-f2-f3", "f1-f4294967295"};
    for (size_t k = 0; k < sizeof(wrong) / sizeof(wrong[0]); k++)
        ck_assert_msg(things_range(wrong[k], &is, &sort, &first, &last) == SHELL_ERROR_BAD_RANGE, "%s", wrong[k]);
}
END_TEST

START_TEST(errors)
{
    outcome value;
    uint32_t place = 0;

    for (const char *name; (name = outcome_at(place, &value)) != NULL; place++) {
        outcome found;

        ck_assert(outcome_find(name, &found)); /* no name twice */
        ck_assert_uint_eq(found, value);
        ck_assert_str_eq(outcome_name(value), name);
        ck_assert_uint_gt(strlen(outcome_sentence(value)), 0);
    }
    ck_assert_uint_gt(place, 60);
    ck_assert_str_eq(outcome_name(4000), "Unlisted");
    ck_assert(!outcome_find("Nonsense", &value));
}
END_TEST

RUN_TESTS("shell words", cutting, meaning, sizes, names, ranges, errors)
