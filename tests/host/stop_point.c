/* Where code is stopped that a test does not let run to its end. */
#include <quire/atomic.h>
#include <setjmp.h>

#include "tests/host/stop_point.h"

jmp_buf stopped;

/* In no test but those that set it. */
uint64_t stop_after;

void stop_here(void)
{
    longjmp(stopped, 1);
}
