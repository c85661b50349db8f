/* The main function of a test program. */
#ifndef TESTS_HOST_RUN_TESTS_H
#define TESTS_HOST_RUN_TESTS_H

#include <check.h>
#include <stdlib.h>

/* Runs all tests of a program's one suite, each with a minute, or so many seconds. */
#define RUN_TESTS(name, ...) RUN_TESTS_WITHIN(60, name, __VA_ARGS__)
#define RUN_TESTS_WITHIN(seconds, name, ...)                                                                           \
    int main(void)                                                                                                     \
    {                                                                                                                  \
        const TTest *const tests[] = {__VA_ARGS__};                                                                    \
        Suite *suite = suite_create(name);                                                                             \
        TCase *cases = tcase_create(name);                                                                             \
        for (unsigned k = 0; k < sizeof(tests) / sizeof(tests[0]); k++)                                                \
            tcase_add_test(cases, tests[k]);                                                                           \
        tcase_set_timeout(cases, seconds);                                                                             \
        suite_add_tcase(suite, cases);                                                                                 \
        SRunner *runner = srunner_create(suite);                                                                       \
        srunner_run_all(runner, CK_ENV);                                                                               \
        int failed = srunner_ntests_failed(runner);                                                                    \
        srunner_free(runner);                                                                                          \
        return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;                                                              \
    }

#endif
