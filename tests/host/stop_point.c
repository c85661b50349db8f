/* Where code is stopped that a test does not let run to its end. */
#include "tests/host/stop_point.h"

#include <stdlib.h>
#include <unistd.h>

jmp_buf stopped;
void (*stop_meanwhile)(void);

/* In no test but those that set it. */
uint64_t stop_after;

bool stop_alone;

void stop_here(void)
{
    if (stop_meanwhile == NULL)
        longjmp(stopped, 1);
    stop_meanwhile();
}

void stop_waiting(void)
{
    static const char text[] = "waits for a lock that nobody will open\n";

    if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
        _exit(125);
    abort();
}
