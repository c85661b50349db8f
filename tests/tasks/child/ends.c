/* Jobs that end, or never do. */
#include "tests/tasks/child/child.h"

#include <quire/client.h>

uint64_t job_exit(void)
{
    return job_number("code");
}

uint64_t job_fault(void)
{
    job_ring();
    deed_do((enum deed)job_number("deed"));
    return JOB_FAILED;
}

uint64_t job_read(void)
{
    return *(volatile uint64_t *)job_number("address");
}

uint64_t job_leap(void)
{
    __asm__ volatile("jmp *%0" : : "r"(job_number("address")));
    __builtin_unreachable();
}

uint64_t job_spin(void)
{
    handle counter = start_handle("counter");
    void *page = NULL;

    if (counter != 0 && frame_map_anywhere(counter, RIGHT_READ | RIGHT_WRITE, &page) != ERROR_NONE) {
        return JOB_FAILED;
    }
    job_ring();
    for (;;) {
        if (page != NULL) {
            ++*(volatile uint64_t *)page;
        }
    }
}

uint64_t job_yield(void)
{
    job_ring();
    for (;;) {
        system_call_yield();
    }
}
