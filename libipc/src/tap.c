/* The runner of test tasks. */
#include <quire/tap.h>

#include <quire/client.h>
#include <quire/entries.h>
#include <quire/print.h>
#include <quire/task.h>
#include <string.h>

#define NAME_MAX 64

/* One test of a group, in the order in which it runs. */
struct selected {
    const struct tap_group *group;
    const struct tap_test *test;
};

/* What a test must leave as it found it. */
struct holdings {
    uint64_t free_frames;
    uint64_t used_frames; /* of this task's account */
    uint32_t entries;
    uint32_t tables;
};

static struct selected order[TAP_TESTS_MAX];
static size_t selected_count;
static bool failed;

uint64_t tap_seed(void)
{
    return start_option_number(start_page()->command_line, "seed", 0);
}

bool tap_expect(bool holds, const char *file, int line, const char *text)
{
    if (!holds) {
        failed = true;
        print("# %s:%d: does not hold: %s\n", file, line, text);
    }
    return holds;
}

bool tap_expect_equal(uint64_t actual, uint64_t expected, const char *file, int line, const char *text)
{
    if (actual != expected) {
        failed = true;
        print("# %s:%d: does not hold: %s\n", file, line, text);
        print("#   actual   %lu (0x%lx)\n", actual, actual);
        print("#   expected %lu (0x%lx)\n", expected, expected);
    }
    return actual == expected;
}

bool tap_expect_error(uint64_t actual, uint64_t expected, const char *file, int line, const char *text)
{
    if (actual != expected) {
        failed = true;
        print("# %s:%d: %s\n", file, line, text);
        print("#   actual   %s: %s\n", error_name(actual), error_sentence(actual));
        print("#   expected %s\n", error_name(expected));
    }
    return actual == expected;
}

static bool take_stock(struct holdings *holdings)
{
    struct machine_statistics machine;
    struct account_statistics account;

    if (!expect_success(library_release_tables(&holdings->tables)) || !expect_success(machine_statistics(&machine)) ||
        !expect_success(account_statistics(&account))) {
        return false;
    }
    holdings->free_frames = machine.free;
    holdings->used_frames = account.used;
    holdings->entries = own_entries_used();
    return true;
}

static void expect_kept(const char *what, uint64_t before, uint64_t after)
{
    if (before != after) {
        failed = true;
        print("# the test left %lu %s, it found %lu\n", after, what, before);
    }
}

static bool run_one(const struct tap_test *test)
{
    struct holdings before;
    struct holdings after;

    failed = false;
    if (!take_stock(&before)) {
        return false;
    }
    test->run();
    if (take_stock(&after)) {
        expect_kept("free frames", before.free_frames, after.free_frames);
        expect_kept("frames of its account", before.used_frames, after.used_frames);
        expect_kept("handles", before.entries, after.entries);
        expect_kept("page tables", before.tables, after.tables);
    }
    return !failed;
}

/* Marsaglia's xorshift64; the state is never 0. */
static uint64_t draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void shuffle(uint64_t seed)
{
    for (size_t i = selected_count; seed != 0 && i > 1; i--) {
        size_t other = draw(&seed) % i;
        struct selected moved = order[i - 1];

        order[i - 1] = order[other];
        order[other] = moved;
    }
}

static bool is_named(const struct tap_group *group, const struct tap_test *test, const char *name)
{
    char full[NAME_MAX];

    format_line(full, sizeof(full), "%s/%s", group->name, test->name);
    return *name == 0 || strcmp(name, test->name) == 0 || strcmp(name, group->name) == 0 || strcmp(name, full) == 0;
}

static void select_tests(const struct tap_group *const groups[], size_t count, const char *only)
{
    for (size_t g = 0; g < count; g++) {
        for (size_t t = 0; t < groups[g]->count; t++) {
            if (is_named(groups[g], &groups[g]->tests[t], only) && selected_count < TAP_TESTS_MAX) {
                order[selected_count++] = (struct selected){.group = groups[g], .test = &groups[g]->tests[t]};
            }
        }
    }
}

_Noreturn void tap_run(const struct tap_group *const groups[], size_t count)
{
    char only_buffer[NAME_MAX];
    char suite_buffer[NAME_MAX];
    const char *line = start_page()->command_line;
    const char *suite = start_option(line, "suite", suite_buffer, sizeof(suite_buffer), "check");
    size_t failures = 0;

    select_tests(groups, count, start_option(line, "only", only_buffer, sizeof(only_buffer), ""));
    shuffle(tap_seed());
    print("1..%zu\n", selected_count);
    for (size_t i = 0; i < selected_count; i++) {
        const struct selected *now = &order[i];
        bool passed = run_one(now->test);

        print("%s %zu - %s/%s\n", passed ? "ok" : "not ok", i + 1, now->group->name, now->test->name);
        if (!passed) {
            failures++;
            print("# reproduce: tests/run --suite %s --seed %lu --only %s/%s\n", suite, tap_seed(), now->group->name,
                  now->test->name);
        }
    }
    bool good = failures == 0 && selected_count > 0;
    if (system_call_verdict(good ? VERDICT_PASS : VERDICT_FAIL) != ERROR_NONE) {
        system_call_exit(good ? 0 : 1);
    }
    __builtin_unreachable();
}
