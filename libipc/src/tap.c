/* The runner of test tasks. */
#include <quire/tap.h>

#include <quire/audit.h>
#include <quire/client.h>
#include <quire/entries.h>
#include <quire/print.h>
#include <quire/task.h>
#include <string.h>

#define NAME_MAX 64
#define PATIENCE 100000 /* times that other tasks may run before an ended one has given back all */

/* One test of a group, in the order in which it runs. */
struct selected {
    const struct tap_group *group;
    const struct tap_test *test;
};

/* A name that was asked for, part of a longer text. */
struct name {
    const char *text;
    size_t length;
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
static char only_buffer[sizeof(((struct start_page *)0)->command_line)];
static bool failed;
static const char *skipped;  /* why the test that runs is skipped, or NULL */
static uint64_t gained;      /* frames that tasks which the test ended give back */
static uint64_t audit_every; /* tests; 0: of none */

uint64_t tap_seed(void)
{
    return start_option_number(start_page()->command_line, "seed", 0);
}

void tap_skip(const char *reason)
{
    skipped = reason;
}

void tap_gain(uint64_t frames)
{
    gained += frames;
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

/* A task that ended gives back what it held by itself, while others run. */
static bool wait_for_gain(const struct holdings *before, struct holdings *after)
{
    for (uint32_t turn = 0; gained > 0 && turn < PATIENCE; turn++) {
        if (after->free_frames == before->free_frames + gained) {
            return true;
        }
        system_call_yield();
        if (!take_stock(after)) {
            return false;
        }
    }
    return true;
}

static void tell_fault(const struct audit_finding *finding)
{
    char text[AUDIT_TEXT];

    failed = true;
    audit_text(finding, text, sizeof(text));
    print("# the audit found: %s\n", text);
}

/* All that kernel and frame server know agrees, if this task may ask. */
static void expect_agreement(size_t number)
{
    struct audit_result result;
    bool due = audit_every != 0 && (number % audit_every == 0 || number == selected_count);
    enum error error = due ? audit(0, tell_fault, &result) : ERROR_NONE;

    if (error != ERROR_NONE && error != ERROR_MISSING_RIGHT && error != ERROR_NO_SERVER) {
        tap_expect_error(error, ERROR_NONE, __FILE__, __LINE__, "audit at the end of the test");
    }
}

static bool run_one(const struct tap_test *test, size_t number)
{
    struct holdings before;
    struct holdings after;

    failed = false;
    skipped = NULL;
    gained = 0;
    if (!take_stock(&before)) {
        return false;
    }
    test->run();
    if (take_stock(&after) && wait_for_gain(&before, &after)) {
        expect_kept("free frames", before.free_frames + gained, after.free_frames);
        expect_kept("frames of its account", before.used_frames, after.used_frames);
        expect_kept("handles", before.entries, after.entries);
        expect_kept("page tables", before.tables, after.tables);
    }
    expect_agreement(number);
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

/* The next name of a list that commas separate; false at its end. *list moves behind it. */
static bool next_name(const char **list, struct name *name)
{
    while (**list == ',') {
        (*list)++;
    }
    *name = (struct name){.text = *list};
    while (**list != 0 && **list != ',') {
        (*list)++;
        name->length++;
    }
    return name->length > 0;
}

/* Whether a name, in which * stands for anything, describes the whole text. */
static bool describes(struct name name, const char *text)
{
    struct name rest = {.text = name.text + 1, .length = name.length - 1};

    if (name.length == 0) {
        return *text == 0;
    }
    if (*name.text == '*') {
        return describes(rest, text) || (*text != 0 && describes(name, text + 1));
    }
    return *name.text == *text && describes(rest, text + 1);
}

static bool is_named(const struct selected *one, struct name name)
{
    char full[NAME_MAX];

    format_line(full, sizeof(full), "%s/%s", one->group->name, one->test->name);
    return describes(name, one->test->name) || describes(name, one->group->name) || describes(name, full);
}

static bool is_wanted(const struct selected *one, const char *only)
{
    bool wanted = *only == 0;

    for (struct name name; !wanted && next_name(&only, &name);) {
        wanted = is_named(one, name);
    }
    return wanted;
}

static void select_tests(const struct tap_group *const groups[], size_t count, const char *only)
{
    for (size_t g = 0; g < count; g++) {
        for (size_t t = 0; t < groups[g]->count; t++) {
            struct selected one = {.group = groups[g], .test = &groups[g]->tests[t]};

            if (is_wanted(&one, only) && selected_count < TAP_TESTS_MAX) {
                order[selected_count++] = one;
            }
        }
    }
}

static bool is_selected(struct name name)
{
    for (size_t i = 0; i < selected_count; i++) {
        if (is_named(&order[i], name)) {
            return true;
        }
    }
    return false;
}

/* The number of names that no test bears. With a number above 0 they are reported as failed tests from there on. */
static size_t unknown_names(const char *only, size_t number)
{
    size_t unknown = 0;
    char text[NAME_MAX];

    for (struct name name; next_name(&only, &name);) {
        if (is_selected(name)) {
            continue;
        }
        if (number > 0) {
            format_line(text, name.length < sizeof(text) ? name.length + 1 : sizeof(text), "%s", name.text);
            print("not ok %zu - no test is called %s\n", number + unknown, text);
        }
        unknown++;
    }
    return unknown;
}

_Noreturn void tap_run(const struct tap_group *const groups[], size_t count)
{
    char suite_buffer[NAME_MAX];
    const char *line = start_page()->command_line;
    const char *suite = start_option(line, "suite", suite_buffer, sizeof(suite_buffer), "check");
    const char *only = start_option(line, "only", only_buffer, sizeof(only_buffer), "");

    audit_every = start_option_number(line, "audit", 1);
    select_tests(groups, count, only);
    shuffle(tap_seed());
    print("1..%zu\n", selected_count + unknown_names(only, 0));
    size_t failures = unknown_names(only, selected_count + 1);
    for (size_t i = 0; i < selected_count; i++) {
        const struct selected *now = &order[i];
        bool passed = run_one(now->test, i + 1);

        print("%s %zu - %s/%s%s%s\n", passed ? "ok" : "not ok", i + 1, now->group->name, now->test->name,
              passed && skipped != NULL ? " # SKIP " : "", passed && skipped != NULL ? skipped : "");
        if (!passed) {
            failures++;
            print("# reproduce: tests/run --suite %s --seed %lu --only %s/%s\n", suite, tap_seed(), now->group->name,
                  now->test->name);
        }
    }
    system_call_exit(failures == 0 && selected_count > 0 ? 0 : 1);
}
