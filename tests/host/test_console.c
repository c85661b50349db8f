/* The console server's line buffers and its input, which know nothing of ports. */
#include "servers/console/input.c"
#include "servers/console/lines.c"
#include "tests/host/random.h"
#include "tests/host/run_tests.h"
#include <stdio.h>

static struct lines lines;
static struct input input;
static char screen[65536];
static size_t shown;

static void show(const char *text, size_t length)
{
    ck_assert_uint_gt(length, 0);
    ck_assert_uint_lt(shown + length, sizeof(screen));
    memcpy(screen + shown, text, length);
    shown += length;
}

static void start(void)
{
    lines_initialise(&lines, show);
    memset(screen, 0, sizeof(screen));
    shown = 0;
}

static void write_text(uint64_t badge, const char *text)
{
    lines_write(&lines, badge, text, strlen(text));
}

START_TEST(shown_at_the_end_of_the_line)
{
    start();
    write_text(0, "one, ");
    ck_assert_str_eq(screen, "");
    write_text(0, "two\nthree\nfo");
    ck_assert_str_eq(screen, "one, two\nthree\n");
    write_text(0, "ur\n\n");
    ck_assert_str_eq(screen, "one, two\nthree\nfour\n\n");
}
END_TEST

START_TEST(writers_do_not_mix)
{
    start();
    write_text(1, "a");
    write_text(2, "b");
    write_text(1, "a\n");
    write_text(2, "b\n");
    ck_assert_str_eq(screen, "aa\nbb\n");
}
END_TEST

START_TEST(flushed)
{
    start();
    lines_flush(&lines, 7); /* whom nobody knows */
    write_text(1, "> ");
    lines_flush(&lines, 1);
    lines_flush(&lines, 1);
    ck_assert_str_eq(screen, "> ");
    write_text(1, "yes\n");
    ck_assert_str_eq(screen, "> yes\n");
    write_text(1, "> ");
    lines_flush(&lines, 1);
    write_text(2, "other\n");
    write_text(1, "no\n");
    ck_assert_str_eq(screen, "> yes\n> \nother\nno\n");
}
END_TEST

START_TEST(as_long_as_can_be)
{
    char text[LINE_LENGTH + 3];

    start();
    memset(text, 'x', LINE_LENGTH);
    lines_write(&lines, 1, text, LINE_LENGTH - 1);
    ck_assert_uint_eq(shown, 0);
    lines_write(&lines, 1, text, 1);
    ck_assert_uint_eq(shown, LINE_LENGTH);
    write_text(1, "y\n");
    ck_assert_uint_eq(shown, LINE_LENGTH + 2);
    ck_assert_str_eq(screen + LINE_LENGTH, "y\n");
}
END_TEST

/* One writer more than there are buffers: the one that has been quiet longest is shown. */
START_TEST(more_writers_than_buffers)
{
    char text[16];

    start();
    for (uint64_t badge = 0; badge < LINES; badge++) {
        sprintf(text, "w%lu", (unsigned long)badge);
        write_text(badge, text);
    }
    write_text(0, "!");
    ck_assert_uint_eq(shown, 0);
    write_text(LINES, "late");
    ck_assert_str_eq(screen, "w1");
    write_text(0, "\n");
    ck_assert_str_eq(screen, "w1\nw0!\n");
    write_text(1, "again\n");
    ck_assert_str_eq(screen, "w1\nw0!\nw2\nagain\n");
    write_text(LINES, "r\n");
    ck_assert_str_eq(screen, "w1\nw0!\nw2\nagain\nlater\n");
}
END_TEST

/* However the text of each writer is cut into pieces, what is shown has each line whole and in its writer's order. */
START_TEST(random_writers)
{
    enum { WRITERS = 40, ROUNDS = 2000 };
    struct random random = random_start();
    uint32_t written[WRITERS] = {0};
    uint32_t column[WRITERS] = {0};
    uint32_t read[WRITERS] = {0};
    char line[32];

    start();
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint64_t badge = random_below(&random, WRITERS);
        size_t length = (size_t)sprintf(line, "%lu:%u\n", (unsigned long)badge, written[badge]);
        size_t count = 1 + random_below(&random, length - column[badge]);
        lines_write(&lines, badge, line + column[badge], count);
        column[badge] += (uint32_t)count;
        if (column[badge] == length) {
            column[badge] = 0;
            written[badge]++;
        }
    }
    for (char *next = screen; *next != 0; next = strchr(next, '\n') + 1) {
        unsigned badge;
        unsigned number;
        ck_assert_int_eq(sscanf(next, "%u:%u\n", &badge, &number), 2);
        ck_assert_uint_lt(badge, WRITERS);
        ck_assert_uint_eq(number, read[badge]++);
    }
    ck_assert_mem_eq(read, written, sizeof(read));
}
END_TEST

START_TEST(typed)
{
    uint8_t bytes[INPUT_LENGTH + 1];

    memset(&input, 0, sizeof(input));
    ck_assert_uint_eq(input_take(&input, bytes, sizeof(bytes)), 0);
    for (uint32_t k = 0; k < INPUT_LENGTH + 5; k++)
        input_put(&input, (uint8_t)(k / 3));
    ck_assert_uint_eq(input.lost, 5);
    ck_assert_uint_eq(input_waiting(&input), INPUT_LENGTH);
    ck_assert_uint_eq(input_take(&input, bytes, 10), 10);
    input_put(&input, 200);
    ck_assert_uint_eq(input_take(&input, bytes + 10, sizeof(bytes) - 10), INPUT_LENGTH - 9);
    for (uint32_t k = 0; k < INPUT_LENGTH; k++)
        ck_assert_uint_eq(bytes[k], (uint8_t)(k / 3));
    ck_assert_uint_eq(bytes[INPUT_LENGTH], 200);
    ck_assert_uint_eq(input_waiting(&input), 0);
    ck_assert_uint_eq(input.lost, 5);
}
END_TEST

RUN_TESTS("console", shown_at_the_end_of_the_line, writers_do_not_mix, flushed, as_long_as_can_be,
          more_writers_than_buffers, random_writers, typed)
