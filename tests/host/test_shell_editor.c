/* The shell's line editor: keys in, a screen out, which a small terminal keeps here. */
#include "servers/shell/completion.c"
#include "servers/shell/editor.c"
#include "servers/shell/editor_complete.c"
#include "servers/shell/editor_view.c"
#include "servers/shell/history.c"
#include "servers/shell/keys.c"
#include "tests/host/random.h"
#include "tests/host/run_tests.h"
#include <stdio.h>
#include <stdlib.h>

#define ROWS 400

static struct editor editor;
static struct history history;
static char rows[ROWS][EDITOR_COLUMNS + 1];
static uint32_t row;
static size_t place;
static uint32_t bells;
static const char *const names[] = {"alloc", "claim", "clone", "count", "list", NULL};

static void clear_row(size_t from)
{
    memset(rows[row] + from, ' ', EDITOR_COLUMNS - from);
}

/* ESC [ ... LETTER: the terminal knows those that the editor uses. */
static const char *sequence(const char *text)
{
    char *letter;
    unsigned long count = strtoul(text + 2, &letter, 10);

    ck_assert_int_eq(text[1], '[');
    if (*letter == 'K')
        clear_row(place);
    else if (*letter == 'C')
        place += count;
    else
        ck_assert_msg(*letter == 'H' || *letter == 'J', "sequence ends with %c", *letter);
    return letter;
}

static void show(const char *text, size_t length)
{
    char copy[2048];

    ck_assert_uint_gt(length, 0);
    ck_assert_uint_lt(length, sizeof(copy));
    memcpy(copy, text, length);
    copy[length] = 0;
    for (const char *byte = copy; *byte != 0; byte++) {
        if (*byte == '\033') {
            byte = sequence(byte);
        } else if (*byte == '\r' || *byte == '\n') {
            place = 0;
            if (*byte == '\n') {
                row = (row + 1) % ROWS;
                clear_row(0);
            }
        } else if (*byte == '\a') {
            bells++;
        } else {
            ck_assert_msg(*byte >= ' ' && *byte <= '~', "byte %d is shown", *byte);
            ck_assert_uint_lt(place, EDITOR_COLUMNS - 1); /* never in the last column */
            rows[row][place++] = *byte;
        }
        ck_assert_uint_lt(place, EDITOR_COLUMNS);
    }
}

static void candidates(const char *before, struct completion *completion)
{
    for (uint32_t k = 0; names[k] != NULL && strchr(before, '!') == NULL; k++)
        completion_offer(completion, names[k]);
}

static void start(void)
{
    memset(&history, 0, sizeof(history));
    editor = (struct editor){.prompt = "> ", .show = show, .candidates = candidates, .history = &history};
    row = 0;
    place = 0;
    bells = 0;
    clear_row(0);
    editor_begin(&editor);
}

/* Types bytes; an ended line is begun anew. */
static enum editor_event type_bytes(const char *bytes, size_t count)
{
    enum editor_event event = EDITOR_MORE;

    for (size_t k = 0; k < count; k++) {
        if (event == EDITOR_LINE)
            editor_begin(&editor);
        event = editor_take(&editor, (uint8_t)bytes[k]);
        ck_assert_uint_le(editor.length, SHELL_LINE_MAX);
        ck_assert_uint_le(editor.cursor, editor.length);
        ck_assert_uint_eq(strlen(editor.text), editor.length);
    }
    return event;
}

static enum editor_event type(const char *text)
{
    return type_bytes(text, strlen(text));
}

/* What the terminal shows is the prompt and the line, and the cursor is where it is in the line. */
static void expect_shown(const char *text, size_t cursor)
{
    char expected[EDITOR_COLUMNS + 1];

    editor_refresh(&editor);
    snprintf(expected, sizeof(expected), "> %-*s", EDITOR_COLUMNS - 2, text);
    rows[row][EDITOR_COLUMNS] = 0;
    ck_assert_str_eq(rows[row], expected);
    ck_assert_uint_eq(place, cursor + 2);
}

static void expect_line(const char *keys, const char *line)
{
    start();
    ck_assert_int_eq(type(keys), EDITOR_LINE);
    ck_assert_str_eq(editor.text, line);
}

START_TEST(lines)
{
    expect_line("alloc 3\r", "alloc 3");
    expect_line("alloc 3\n", "alloc 3");
    expect_line("\r", "");
    expect_line("alo\177loc\b\bc 3\r", "allc 3");
    expect_line("bc\001a\005d\r", "abcd");
    expect_line("bd\033[Dc\033[H\033[Ca\033[Fe\r", "bacde");
    expect_line("abc\002\002\004\r", "ac");
    expect_line("abc\033[D\033[3~\r", "ab");
    expect_line("one two\027\002\013\r", "one");
    expect_line("one two\033[D\033[D\025\r", "wo");
    expect_line("one two\027\027\031\031\r", "one one ");
    expect_line("xy\033[1~a\033[4~b\033OH1\033OF2\r", "1axyb2");
}
END_TEST

START_TEST(sequences_that_mean_nothing)
{
    expect_line("a\033[99;99~b\033[1;5Cc\033OPd\033[Ze\r", "abcde");
    expect_line("a\033\r", "a");
    expect_line("a\033[12\r", "a");
    expect_line("\377\200a\016\r", "a");
}
END_TEST

START_TEST(return_and_line_feed_end_one_line)
{
    start();
    ck_assert_int_eq(type("a\r"), EDITOR_LINE);
    editor_begin(&editor);
    ck_assert_int_eq(type("\nb"), EDITOR_MORE);
    ck_assert_str_eq(editor.text, "b");
    start();
    ck_assert_int_eq(type("\n\n"), EDITOR_LINE);
}
END_TEST

START_TEST(ends)
{
    start();
    ck_assert_int_eq(type("abc\003"), EDITOR_INTERRUPTED);
    ck_assert_str_eq(editor.text, "");
    ck_assert_int_eq(type("a\004"), EDITOR_MORE);
    ck_assert_int_eq(type("\b\004"), EDITOR_END);
}
END_TEST

START_TEST(shown)
{
    start();
    type("alloc");
    expect_shown("alloc", 5);
    type("\033[D\033[Dx");
    expect_shown("allxoc", 4);
    type("\001");
    expect_shown("allxoc", 0);
    type("\013");
    expect_shown("", 0);
    type("abc");
    editor_hide(&editor);
    ck_assert_int_eq(rows[row][0], ' ');
    expect_shown("abc", 3);
    type("\f");
    expect_shown("abc", 3);
}
END_TEST

START_TEST(wide_lines)
{
    char text[201];

    start();
    for (uint32_t k = 0; k < 200; k++)
        text[k] = (char)('!' + k % 90);
    text[200] = 0;
    for (uint32_t k = 0; k < 200; k++) {
        type_bytes(text + k, 1);
        editor_refresh(&editor);
        ck_assert_int_eq(rows[row][place - 1], text[k]);
    }
    for (uint32_t k = 200; k > 0; k--) {
        type("\002");
        editor_refresh(&editor);
        ck_assert_int_eq(rows[row][place], text[k - 1]);
    }
    ck_assert_uint_eq(place, 2);
}
END_TEST

START_TEST(history_of_lines)
{
    start();
    type("one\rtwo\rtwo\r\rthree\r");
    editor_begin(&editor);
    ck_assert_uint_eq(history.added, 3);
    type("four\033[A");
    ck_assert_str_eq(editor.text, "three");
    type("\033[A\033[A");
    ck_assert_str_eq(editor.text, "one");
    bells = 0;
    type("\033[A");
    ck_assert_str_eq(editor.text, "one");
    ck_assert_uint_eq(bells, 1);
    type("\033[B\033[B\033[B");
    ck_assert_str_eq(editor.text, "four");
    type("\033[B");
    ck_assert_str_eq(editor.text, "four");
    for (uint32_t k = 0; k < HISTORY_LINES + 3; k++) {
        char line[8];
        snprintf(line, sizeof(line), "\025l%u\r", k);
        type(line);
    }
    ck_assert_str_eq(history_line(&history, HISTORY_LINES), "l3");
    ck_assert_ptr_null(history_line(&history, HISTORY_LINES + 1));
    ck_assert_ptr_null(history_line(&history, 0));
}
END_TEST

START_TEST(too_long)
{
    start();
    for (uint32_t k = 0; k < 20000; k++)
        type("x");
    ck_assert_uint_eq(editor.length, SHELL_LINE_MAX);
    ck_assert_uint_eq(bells, 1);
    ck_assert(editor.too_long);
    type("\b\b");
    ck_assert(editor.too_long); /* what was left out is not back */
    ck_assert_int_eq(type("\r"), EDITOR_LINE);
    ck_assert(editor.too_long);
    ck_assert_uint_eq(history.added, 0);
    editor_begin(&editor);
    ck_assert(!editor.too_long);
    for (uint32_t k = 0; k < SHELL_LINE_MAX; k++)
        type("x");
    ck_assert(!editor.too_long);
    type("y\025");
    ck_assert(!editor.too_long);
}
END_TEST

START_TEST(completed)
{
    start();
    type("a\t");
    ck_assert_str_eq(editor.text, "alloc ");
    type("\025c\t");
    ck_assert_str_eq(editor.text, "c");
    ck_assert_uint_eq(bells, 1);
    row = 0;
    type("\t");
    ck_assert_str_eq(editor.text, "c");
    expect_shown("c", 1);
    ck_assert_uint_eq(row, 2);
    ck_assert_mem_eq(rows[1], "claim  clone  count  ", 20);
    type("l\t");
    ck_assert_str_eq(editor.text, "cl");
    type("o\t");
    ck_assert_str_eq(editor.text, "clone ");
    bells = 0;
    type("nothing\t");
    ck_assert_str_eq(editor.text, "clone nothing");
    type("\t\t");
    ck_assert_uint_eq(bells, 3);
    type("\025!\t c\001cla\t"); /* in the midst of a line */
    ck_assert_str_eq(editor.text, "claim ! c");
    ck_assert_uint_eq(editor.cursor, 6);
}
END_TEST

START_TEST(plain)
{
    start();
    editor.plain = true;
    ck_assert_int_eq(type("a\tb\003\033[A\004\377\r"), EDITOR_LINE);
    ck_assert_str_eq(editor.text, "a b\003\033[A\004\377");
    editor_begin(&editor);
    type_bytes("\0", 1);
    ck_assert_str_eq(editor.text, "?");
}
END_TEST

/* Whatever is typed: the line stays whole, and what is shown is what is there. */
START_TEST(noise)
{
    static const char often[] = "\033[ADCBHF~3;O\t\r\003\004\027\031abc  ";
    struct random random = random_start();

    start();
    for (uint32_t k = 0; k < random_operations(200000); k++) {
        uint64_t number = random_word(&random);
        char byte = (char)(number % 4 == 0 ? number >> 8 : (uint64_t)often[(number >> 8) % (sizeof(often) - 1)]);

        if (type_bytes(&byte, 1) != EDITOR_MORE) {
            editor_begin(&editor);
        } else if ((number >> 32) % 8 == 0) {
            editor_refresh(&editor);
            size_t first = editor.scroll;
            size_t length = editor.length - first < EDITOR_COLUMNS - 5 ? editor.length - first : EDITOR_COLUMNS - 5;
            ck_assert_mem_eq(rows[row] + 2, editor.text + first, length);
            ck_assert_uint_eq(place, 2 + editor.cursor - first);
        }
    }
}
END_TEST

RUN_TESTS("shell editor", lines, sequences_that_mean_nothing, return_and_line_feed_end_one_line, ends, shown,
          wide_lines, history_of_lines, too_long, completed, plain, noise)
