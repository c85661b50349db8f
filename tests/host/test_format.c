/* format_text, checked against the host's snprintf where both speak the same language. */
#include <quire/format.h>

#include <check.h>
#include <inttypes.h>
#include <quire/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT 128

/* Formats with both and compares text and length. */
#define same(format, ...)                                                                                              \
    do {                                                                                                               \
        char ours[TEXT];                                                                                               \
        char theirs[TEXT];                                                                                             \
        size_t our_length = format_line(ours, sizeof(ours), format, __VA_ARGS__);                                      \
        size_t their_length = (size_t)snprintf(theirs, sizeof(theirs), format, __VA_ARGS__);                           \
                                                                                                                       \
        ck_assert_str_eq(ours, theirs);                                                                                \
        ck_assert_uint_eq(our_length, their_length);                                                                   \
    } while (0)

START_TEST(numbers)
{
    same("%d %i %u %x", -1, 42, 4000000000u, 0xbeefu);
    same("%ld %lu %lx", INT64_MIN, UINT64_MAX, UINT64_C(0xfedcba9876543210));
    same("%lld %llu %zu", (long long)INT64_MAX, 7ull, (size_t)9);
    same("%d|%u|%x", 0, 0u, 0u);
    same("%d %d", INT32_MIN, INT32_MAX);
}
END_TEST

START_TEST(widths)
{
    same("[%5d][%-5d][%05d]", 42, 42, 42);
    same("[%5d][%-5d][%05d]", -42, -42, -42);
    same("[%3u][%1u]", 12345u, 12345u);
    same("[%016lx]", UINT64_C(0xabc));
    same("[%8s][%-8s][%2s]", "abc", "abc", "abc");
    same("[%3c][%-3c]", 'x', 'y');
}
END_TEST

START_TEST(texts_and_marks)
{
    same("%s%%%c", "a", 'b');
    same("%s", "");
    same("%p", (void *)0x1234);
}
END_TEST

/* Formats that the compiler would not let through. */
static size_t format_any(char *text, size_t size, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    size_t length = format_text(text, size, format, arguments);
#pragma GCC diagnostic pop
    va_end(arguments);
    return length;
}

START_TEST(null_text)
{
    char text[TEXT];
    const char *nothing = NULL;

    ck_assert_uint_eq(format_any(text, sizeof(text), "<%s>", nothing), 8);
    ck_assert_str_eq(text, "<(null)>");
}
END_TEST

START_TEST(unknown_conversions)
{
    char text[TEXT];

    format_any(text, sizeof(text), "%q %y");
    ck_assert_str_eq(text, "%q %y");
    ck_assert_uint_eq(format_any(text, sizeof(text), "cut off %"), 9);
    ck_assert_str_eq(text, "cut off %");
    format_any(text, sizeof(text), "[%-05d]", 7);
    ck_assert_str_eq(text, "[7    ]");
    format_any(text, sizeof(text), "%-08l");
    ck_assert_str_eq(text, "%-08l");
}
END_TEST

START_TEST(cut)
{
    char text[8];

    for (size_t size = 1; size <= sizeof(text); size++) {
        memset(text, '#', sizeof(text));
        ck_assert_uint_eq(format_line(text, size, "%s-%d", "abcdef", 12345), 12);
        ck_assert_uint_eq(strlen(text), size - 1);
        ck_assert_int_eq(strncmp(text, "abcdef-12345", size - 1), 0);
        for (size_t i = size; i < sizeof(text); i++) {
            ck_assert_int_eq(text[i], '#');
        }
    }
    memset(text, '#', sizeof(text));
    ck_assert_uint_eq(format_line(text, 0, "abc"), 3);
    ck_assert_int_eq(text[0], '#');
    ck_assert_uint_eq(format_line(NULL, 0, "%d", 10), 2);
}
END_TEST

START_TEST(huge_width)
{
    char text[TEXT];

    /* Wider than any line: cut to what the formatter allows, and no overrun. */
    ck_assert_uint_eq(format_any(text, sizeof(text), "%99999999999u", 1u), 512);
    ck_assert_uint_eq(strlen(text), sizeof(text) - 1);
}
END_TEST

START_TEST(random_numbers)
{
    uint64_t state = 88172645463325252u;

    for (int i = 0; i < 100000; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        uint64_t value = state >> state % 64;

        same("%lu %lx %ld %20lu %-20ld|", value, value, (int64_t)value, value, (int64_t)value);
        same("%u %x %d %08x", (uint32_t)value, (uint32_t)value, (int32_t)value, (uint32_t)value);
    }
}
END_TEST

START_TEST(error_names)
{
    ck_assert_str_eq(error_name(ERROR_NONE), "None");
    ck_assert_str_eq(error_name(ERROR_NOT_ALIGNED), "NotAligned");
    ck_assert_str_eq(error_name(255), "Unlisted");
    ck_assert_str_eq(error_name(UINT64_MAX), "Unlisted");
    ck_assert_str_eq(error_name(UINT64_C(1) << 32 | ERROR_BUSY), "Unlisted");
}
END_TEST

/* Numbers fit a status, names and sentences differ, sentences carry no full stop. */
START_TEST(error_table)
{
    static const struct {
        uint64_t number;
        const char *name;
        const char *sentence;
    } errors[] = {
#define ERROR(number, NAME, name, sentence) {number, name, sentence},
#include <quire/errors.def>
#undef ERROR
    };
    size_t count = sizeof(errors) / sizeof(errors[0]);

    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_gt(errors[i].number, 0);
        ck_assert_uint_lt(errors[i].number, 256);
        ck_assert_str_eq(error_name(errors[i].number), errors[i].name);
        ck_assert_str_eq(error_sentence(errors[i].number), errors[i].sentence);
        ck_assert_int_ne(errors[i].sentence[strlen(errors[i].sentence) - 1], '.');
        for (size_t j = 0; j < i; j++) {
            ck_assert_uint_ne(errors[i].number, errors[j].number);
            ck_assert_str_ne(errors[i].name, errors[j].name);
            ck_assert_str_ne(errors[i].sentence, errors[j].sentence);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("format");
    TCase *formats = tcase_create("format_text");
    TCase *errors = tcase_create("errors");
    SRunner *runner;
    int failed;

    tcase_add_test(formats, numbers);
    tcase_add_test(formats, widths);
    tcase_add_test(formats, texts_and_marks);
    tcase_add_test(formats, null_text);
    tcase_add_test(formats, unknown_conversions);
    tcase_add_test(formats, cut);
    tcase_add_test(formats, huge_width);
    tcase_add_test(formats, random_numbers);
    tcase_add_test(errors, error_names);
    tcase_add_test(errors, error_table);
    suite_add_tcase(suite, formats);
    suite_add_tcase(suite, errors);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
