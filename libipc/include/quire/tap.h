/* Tests that run as a task and report in TAP (Test Anything Protocol), a line a test.
 *
 * A test is a function; what it checks it says with the macros below. Every test is also required to leave as many
 * free frames, handles and page tables as it found, and the end of each is an audit (quire/audit.h) that finds nothing, if the task
 * has the lookup right. Words of the kernel's command line: seed=N (not 0: the tests run in an order drawn from it),
 * only=NAME[,NAME] (just these: a NAME is a test's, a group's, or GROUP/TEST, and * in it stands for anything; a name that no
 * test bears counts as a failed test), audit=N (an audit after each N-th test and the last; 0: none). */
#ifndef QUIRE_TAP_H
#define QUIRE_TAP_H

#include <quire/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TAP_TESTS_MAX 512

struct tap_test {
    const char *name;
    void (*run)(void);
};

/* The tests of one topic. */
struct tap_group {
    const char *name;
    const struct tap_test *tests;
    size_t count;
};

#define TAP_GROUP(group_name, table)                                                                                   \
    {                                                                                                                  \
        .name = (group_name), .tests = (table), .count = sizeof(table) / sizeof((table)[0])                            \
    }

/* Prints the plan, runs the tests, each reported as "group/test", and ends the task with 1 for failed tests, else 0. */
_Noreturn void tap_run(const struct tap_group *const groups[], size_t count);

/* Called by a test that can't be made on this machine, and why not: it is reported as skipped unless it failed. */
void tap_skip(const char *reason);

/* Called by a test that ends a task: so many frames more are to be free after it than were before, once that task has given
 * back what it held. */
void tap_gain(uint64_t frames);

/* The test command line's seed, for tests that draw numbers; 0 when there is none. */
uint64_t tap_seed(void);

/* What follows is called by the macros. Each notes a failure and prints it with the place; returns whether all is well. */
bool tap_expect(bool holds, const char *file, int line, const char *text);
bool tap_expect_equal(uint64_t actual, uint64_t expected, const char *file, int line, const char *text);
bool tap_expect_error(uint64_t actual, uint64_t expected, const char *file, int line, const char *text);

#define expect(condition) tap_expect((condition), __FILE__, __LINE__, #condition)
#define expect_equal(actual, expected)                                                                                 \
    tap_expect_equal((uint64_t)(actual), (uint64_t)(expected), __FILE__, __LINE__, #actual " == " #expected)
#define expect_error(call, error) tap_expect_error((call), (error), __FILE__, __LINE__, #call)
#define expect_success(call) expect_error((call), ERROR_NONE)

/* The same, and the test function returns at once when it fails. */
#define require(condition)                                                                                             \
    do {                                                                                                               \
        if (!expect(condition)) {                                                                                      \
            return;                                                                                                    \
        }                                                                                                              \
    } while (0)
#define require_success(call)                                                                                          \
    do {                                                                                                               \
        if (!expect_success(call)) {                                                                                   \
            return;                                                                                                    \
        }                                                                                                              \
    } while (0)

#endif
