/* The console's terminal (bytes in, cells out) and its keyboard (scan codes in, bytes out). */
#include "servers/console/keyboard.h"
#include "servers/console/terminal.h"
#include "tests/host/random.h"
#include "tests/host/run_tests.h"
#include <stdio.h>
#include <string.h>

static struct terminal terminal;
static char text[TERMINAL_COLUMNS + 1];

static void write_text(const char *bytes)
{
    terminal_write(&terminal, bytes, strlen(bytes));
}

static void start(const char *bytes)
{
    terminal_initialise(&terminal, 20, 5);
    write_text(bytes);
}

/* A row without the blanks at its end. */
static const char *row(uint32_t number)
{
    size_t length = terminal.columns;

    for (uint32_t k = 0; k < terminal.columns; k++)
        text[k] = terminal.cells[number][k].character;
    while (length > 0 && text[length - 1] == ' ')
        length--;
    text[length] = 0;
    return text;
}

static void check_cursor(uint32_t at_row, uint32_t at_column)
{
    ck_assert_uint_eq(terminal.row, at_row);
    ck_assert_uint_eq(terminal.column, at_column);
}

START_TEST(lines_and_scrolling)
{
    start("one\ntwo\r\nthree");
    ck_assert_str_eq(row(0), "one");
    ck_assert_str_eq(row(1), "two");
    ck_assert_str_eq(row(2), "three");
    check_cursor(2, 5);
    write_text("\n4\n5\n6\n7");
    ck_assert_str_eq(row(0), "three");
    ck_assert_str_eq(row(4), "7");
    check_cursor(4, 1);
    terminal_initialise(&terminal, 20, 18); /* a higher screen scrolls by a part of it */
    write_text("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18");
    ck_assert_str_eq(row(0), "1");
    write_text("\n19");
    ck_assert_str_eq(row(0), "4");
    ck_assert_str_eq(row(14), "18");
    ck_assert_str_eq(row(15), "19");
    ck_assert_str_eq(row(16), "");
    check_cursor(15, 2);
}
END_TEST

/* A full row ends only when more comes, so that it is not followed by an empty one. */
START_TEST(long_lines)
{
    start("12345678901234567890");
    check_cursor(0, 20);
    write_text("\nx");
    ck_assert_str_eq(row(1), "x");
    start("12345678901234567890ab");
    ck_assert_str_eq(row(0), "12345678901234567890");
    ck_assert_str_eq(row(1), "ab");
}
END_TEST

START_TEST(moves)
{
    start("hello\b\bX\rJ");
    ck_assert_str_eq(row(0), "JelXo");
    start("abc\x1b[2Dx\x1b[Cy\x1b[Hz\x1b[3;4Hw\x1b[A^\x1b[99Bv\x1b[99D<");
    ck_assert_str_eq(row(0), "zxcy");
    ck_assert_str_eq(row(1), "    ^");
    ck_assert_str_eq(row(2), "   w");
    ck_assert_str_eq(row(4), "<    v");
    start("a\tb\x1b[12Gc\x1b[999;999H!");
    ck_assert_str_eq(row(0), "a       b  c");
    ck_assert_str_eq(row(4), "                   !");
    write_text("\x1b[D-");
    ck_assert_str_eq(row(4), "                  -!");
}
END_TEST

START_TEST(erasing)
{
    start("1234567890\nabcdefghij\nABCDEFGHIJ\x1b[2;5H\x1b[K");
    ck_assert_str_eq(row(1), "abcd");
    ck_assert_str_eq(row(2), "ABCDEFGHIJ");
    write_text("\x1b[1;5H\x1b[1K");
    ck_assert_str_eq(row(0), "     67890");
    write_text("\x1b[3;3H\x1b[J");
    ck_assert_str_eq(row(2), "AB");
    write_text("\x1b[2;2H\x1b[1J");
    ck_assert_str_eq(row(0), "");
    ck_assert_str_eq(row(1), "  cd");
    ck_assert_str_eq(row(2), "AB");
    write_text("\x1b[2J\x1b[H*");
    ck_assert_str_eq(row(0), "*");
    ck_assert_str_eq(row(1), "");
}
END_TEST

START_TEST(colours)
{
    start("a\x1b[31mb\x1b[1;32mc\x1b[md\x1b[97me\x1b[39mf");
    static const uint8_t expected[] = {7, 1, 10, 7, 15, 7};
    for (uint32_t k = 0; k < sizeof(expected); k++)
        ck_assert_uint_eq(terminal.cells[0][k].colour, expected[k]);
}
END_TEST

/* What it does not know shows nothing, and the text behind it is whole. */
START_TEST(unknown_sequences)
{
    start("a\x1b[?25lb\x1b[5~c\x1b(d\x07"
          "e\x1b[1;2;3;4;5;6;7zf\x1b[99999999999999Cg");
    ck_assert_str_eq(row(0), "abcdef             g");
    start("x\x1b[12\ny");
    ck_assert_str_eq(row(0), "x");
    ck_assert_str_eq(row(1), "y");
}
END_TEST

START_TEST(sizes)
{
    terminal_initialise(&terminal, 0, 0);
    write_text("ab\n\x1b[H\x1b[2J\x1b[9Dc");
    ck_assert_str_eq(row(0), "c");
    terminal_initialise(&terminal, 100000, 100000);
    ck_assert_uint_eq(terminal.columns, TERMINAL_COLUMNS);
    ck_assert_uint_eq(terminal.rows, TERMINAL_ROWS);
}
END_TEST

/* Any bytes at all: the cursor stays where a cell is or just behind its row, and characters are what came. */
START_TEST(random_bytes)
{
    static const char likely[] = "\x1b[;0123456789ABCDGHJKm\n\r\b\thello";
    struct random random = random_start();

    for (uint32_t round = 0; round < 200; round++) {
        terminal_initialise(&terminal, 1 + (uint32_t)random_below(&random, 40),
                            1 + (uint32_t)random_below(&random, 10));
        for (uint32_t k = 0; k < 2000; k++) {
            char byte = likely[random_below(&random, sizeof(likely) - 1)];

            if (random_below(&random, 8) == 0)
                byte = (char)random_below(&random, 256);
            terminal_write(&terminal, &byte, 1);
            ck_assert_uint_lt(terminal.row, terminal.rows);
            ck_assert_uint_le(terminal.column, terminal.columns);
            ck_assert_uint_lt(terminal.colour, 16);
        }
        for (uint32_t k = 0; k < TERMINAL_COLUMNS; k++)
            ck_assert_uint_eq(terminal.cells[terminal.rows][k].character, 0); /* nobody wrote there */
    }
}
END_TEST

/* What codes type. */
static const char *type(struct keyboard *keyboard, const char *codes)
{
    static char typed[64];
    size_t length = 0;

    for (; *codes != 0; codes++)
        length += keyboard_take(keyboard, (uint8_t)*codes, (uint8_t *)typed + length);
    typed[length] = 0;
    return typed;
}

START_TEST(keys)
{
    struct keyboard keyboard = {0};

    ck_assert_str_eq(type(&keyboard, "\x23\xa3\x17\x97\x1c\x9c"), "hi\r");
    ck_assert_str_eq(type(&keyboard, "\x2a\x23\xa3\x02\x82\xaa\x17\x97"), "H!i"); /* shift is held for two of them */
    ck_assert_str_eq(type(&keyboard, "\x36\x35\xb5\xb6\x35\xb5"), "?/");
    ck_assert_str_eq(type(&keyboard, "\x1e\x1e\x1e\x9e"), "aaa"); /* it repeats itself */
    ck_assert_str_eq(type(&keyboard, "\x1d\x2e\xae\x20\xa0\x9d\x2e\xae"), "\x03\x04"
                                                                          "c");
    ck_assert_str_eq(type(&keyboard, "\x1d\x02\x82\x9d"), ""); /* control and 1 */
    ck_assert_str_eq(type(&keyboard, "\x3a\x3a\xba\x1e\x02\x2a\x1e\xaa\x3a\xba\x1e"),
                     "A1aa"); /* caps lock is for letters */
    ck_assert_str_eq(type(&keyboard, "\x0e\x0f\x01\x39"), "\x7f\t\x1b ");
}
END_TEST

START_TEST(named_keys)
{
    struct keyboard keyboard = {0};

    ck_assert_str_eq(type(&keyboard, "\xe0\x48\xe0\xc8\xe0\x50\xe0\x4b\xe0\x4d"), "\x1b[A\x1b[B\x1b[D\x1b[C");
    ck_assert_str_eq(type(&keyboard, "\xe0\x47\xe0\x4f\xe0\x53"), "\x1b[H\x1b[F\x1b[3~");
    ck_assert_str_eq(type(&keyboard, "\xe0\x2a\xe0\x4b\xe0\xcb\xe0\xaa\x1e"),
                     "\x1b[Da");                                            /* with a shift that nobody pressed */
    ck_assert_str_eq(type(&keyboard, "\xe1\x1d\x45\xe1\x9d\xc5\x1e"), "a"); /* Pause */
    ck_assert_str_eq(type(&keyboard, "\xe0\x1d\x2e\xe0\x9d\x2e"), "\x03"
                                                                  "c"); /* the right control */
    ck_assert_str_eq(type(&keyboard, "\x3b\x3c\x57\x58\x7f\xe0\x5b\xe0\x35\xe0\x1c"), "/\r");
}
END_TEST

START_TEST(random_codes)
{
    struct random random = random_start();
    struct keyboard keyboard = {0};
    uint8_t bytes[KEYBOARD_BYTES];

    for (uint32_t k = 0; k < 100000; k++)
        ck_assert_uint_le(keyboard_take(&keyboard, (uint8_t)random_below(&random, 256), bytes), KEYBOARD_BYTES);
}
END_TEST

RUN_TESTS("terminal", lines_and_scrolling, long_lines, moves, erasing, colours, unknown_sequences, sizes, random_bytes,
          keys, named_keys, random_codes)
