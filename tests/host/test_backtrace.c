/* The table of the kernel's functions, and the walk up a stack. */
#include "kernel/panic/backtrace.h"
#include "tests/host/random.h"
#include "tests/host/run_tests.h"
#include <string.h>

#define TEXT UINT64_C(0xffffffff80109000)
#define TEXT_SIZE 0x400
#define STACK 32 /* words */
#define ROW(offset, words) ((uint32_t)(offset) << 8 | (words))

/* first: 0x000 to 0x0ff, pushes two words at 4; assembly from 0x100 on, of which nothing is known; leaf from 0x200 on. */
static const struct {
    uint32_t row_count, symbol_count;
    symbol_row rows[5];
    struct symbol symbols[3];
    char names[24];
} table_file = {5,
                3,
                {ROW(0, 1), ROW(4, 3), ROW(0xf0, 1), ROW(0x100, 0), ROW(0x200, 1)},
                {{0, 0}, {0x100, 6}, {0x200, 15}},
                "first\0assembly\0leaf"};

static struct symbol_table table;
static uint64_t *memory; /* one stack, and not a word more */
static struct stack stacks[2];

static void open_table(void)
{
    symbol_table_open(&table, &table_file.row_count, sizeof(table_file), TEXT, TEXT_SIZE);
    free(memory);
    memory = malloc(STACK * sizeof(*memory));
    ck_assert_ptr_nonnull(memory);
    memset(memory, 0, STACK * sizeof(*memory));
    stacks[0] = (struct stack){8, 4096};
    stacks[1] = (struct stack){(uint64_t)(uintptr_t)memory, (uint64_t)(uintptr_t)(memory + STACK)};
}

static struct backtrace from(uint64_t rip, int64_t index)
{
    return (struct backtrace){&table, stacks, 2, rip, (uint64_t)(uintptr_t)memory + (uint64_t)index * 8, 0};
}

static void expect_function(const struct backtrace *at, const char *name, uint64_t distance)
{
    uint64_t found = 4711;
    const char *function = backtrace_function(at, &found);

    ck_assert_ptr_nonnull(function);
    ck_assert_str_eq(function, name);
    ck_assert_uint_eq(found, distance);
}

START_TEST(names)
{
    uint64_t distance = 4711;

    open_table();
    ck_assert_str_eq(symbol_find(&table, TEXT, &distance), "first");
    ck_assert_uint_eq(distance, 0);
    ck_assert_str_eq(symbol_find(&table, TEXT + 0xff, &distance), "first");
    ck_assert_uint_eq(distance, 0xff);
    ck_assert_str_eq(symbol_find(&table, TEXT + 0x100, &distance), "assembly");
    ck_assert_str_eq(symbol_find(&table, TEXT + TEXT_SIZE - 1, &distance), "leaf");
    ck_assert_uint_eq(distance, 0x1ff);
    ck_assert_ptr_null(symbol_find(&table, TEXT + TEXT_SIZE, &distance));
    ck_assert_ptr_null(symbol_find(&table, TEXT - 1, &distance));
    ck_assert_ptr_null(symbol_find(&table, 0, &distance));
    ck_assert_ptr_null(symbol_find(&table, UINT64_MAX, &distance));
}
END_TEST

START_TEST(frame_sizes)
{
    open_table();
    ck_assert_uint_eq(symbol_frame_size(&table, TEXT), 8);
    ck_assert_uint_eq(symbol_frame_size(&table, TEXT + 3), 8);
    ck_assert_uint_eq(symbol_frame_size(&table, TEXT + 4), 24);
    ck_assert_uint_eq(symbol_frame_size(&table, TEXT + 0xef), 24);
    ck_assert_uint_eq(symbol_frame_size(&table, TEXT + 0xf0), 8);
    ck_assert_uint_eq(symbol_frame_size(&table, TEXT + 0x100), 0);
    ck_assert_uint_eq(symbol_frame_size(&table, TEXT + 0x3ff), 8);
    ck_assert_uint_eq(symbol_frame_size(&table, TEXT + 0x400), 0);
    ck_assert_uint_eq(symbol_frame_size(&table, 0x400e84), 0);
}
END_TEST

START_TEST(without_a_table)
{
    struct backtrace at;

    open_table();
    symbol_table_open(&table, &table_file.row_count, 0, TEXT, TEXT_SIZE);
    at = from(TEXT + 8, 20);
    uint64_t distance;
    ck_assert_ptr_null(backtrace_function(&at, &distance));
    ck_assert(!backtrace_step(&at));
}
END_TEST

/* leaf was called by first, and that by the last instruction of another first: a return address that is the next function's. */
START_TEST(a_walk)
{
    struct backtrace at;

    open_table();
    memory[20] = TEXT + 0x80;
    memory[23] = TEXT + 0x100;
    memory[24] = TEXT + 0x110;
    memory[25] = TEXT + 0x80;
    at = from(TEXT + 0x210, 20);
    expect_function(&at, "leaf", 0x10);
    ck_assert(backtrace_step(&at));
    expect_function(&at, "first", 0x80);
    ck_assert(backtrace_step(&at));
    expect_function(&at, "first", 0x100);
    ck_assert(backtrace_step(&at));
    expect_function(&at, "assembly", 0x10);
    ck_assert_uint_eq(at.depth, 3);
    ck_assert(!backtrace_step(&at)); /* how to go on from there is not known */
}
END_TEST

START_TEST(a_jump_to_nowhere)
{
    struct backtrace at;

    open_table();
    memory[20] = TEXT + 0x80;
    at = from(0, 20);
    ck_assert(backtrace_step(&at));
    expect_function(&at, "first", 0x80);
    at = from(0xdead, 20);
    memory[20] = 0xdead;
    ck_assert(!backtrace_step(&at));
}
END_TEST

START_TEST(ends_of_the_stack)
{
    struct backtrace at;

    open_table();
    for (int k = 0; k < STACK; k++)
        memory[k] = TEXT + 0x80;
    at = from(TEXT, STACK - 1);
    ck_assert(backtrace_step(&at)); /* the last word */
    ck_assert(!backtrace_step(&at));
    at = from(TEXT, STACK);
    ck_assert(!backtrace_step(&at));
    at = from(TEXT, -1);
    ck_assert(!backtrace_step(&at));
    at = from(TEXT + 4, STACK - 2); /* the return address would be behind it */
    ck_assert(!backtrace_step(&at));
    at = from(TEXT, 20);
    at.rsp += 4;
    ck_assert(!backtrace_step(&at));
    at = from(TEXT, 20);
    at.rsp = UINT64_MAX - 7;
    ck_assert(!backtrace_step(&at));
}
END_TEST

/* Stacks that hold anything: every walk ends, and reads nothing beside its stack (the sanitizer sees to that). */
START_TEST(any_stack)
{
    struct random random = random_start();

    for (uint32_t round = 0; round < random_operations(100000); round++) {
        struct backtrace at;
        uint32_t steps = 0;
        open_table();
        for (int k = 0; k < STACK; k++)
            memory[k] = random_below(&random, 4) ? TEXT + random_below(&random, TEXT_SIZE) : random_word(&random);
        at = from(TEXT + random_below(&random, TEXT_SIZE), (int64_t)random_below(&random, 3 * STACK) - STACK);
        while (backtrace_step(&at))
            steps++;
        ck_assert_uint_le(steps, STACK);
    }
}
END_TEST

RUN_TESTS("backtrace", names, frame_sizes, without_a_table, a_walk, a_jump_to_nowhere, ends_of_the_stack, any_stack)
