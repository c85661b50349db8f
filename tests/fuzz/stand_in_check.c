/* Helpers of the host tests report through Check; here what they find ends the run. */
#include "tests/fuzz/fuzz.h"

#include <check.h>
#include <stdarg.h>

#pragma GCC diagnostic ignored "-Wunused-parameter"

void _mark_point(const char *file, int line)
{
}

void _ck_assert_failed(const char *file, int line, const char *expression, const char *message, ...)
{
    va_list arguments;

    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, expression);
    if (message != NULL) {
        va_start(arguments, message);
        vfprintf(stderr, message, arguments);
        va_end(arguments);
        fputc('\n', stderr);
    }
    abort();
}
