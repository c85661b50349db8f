/* Where code is stopped that a test does not let run to its end. */
#include "tests/host/stop_point.h"

#include <stdlib.h>
#include <unistd.h>

jmp_buf stopped;

/* In no test but those that set it. */
uint64_t stop_after;

bool stop_alone;

void stop_here(void)
{
    longjmp(stopped, 1);
}

void stop_waiting(void)
{
    static const char text[] = "waits for a lock that nobody will open\n";

    if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
        _exit(125);
    abort();
}
