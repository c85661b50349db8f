/* The test suite `edge`: the end of the address space, and the end of memory. For machines with little memory: the
 * tests that need that skip on others. */
#include "tests/tasks/edge/edge.h"
#include <quire/print.h>

int main(void)
{
    static const struct tap_group *const groups[] = {&boundary_tests, &memory_tests, &list_tests};

    if (boundary_prepare() != ERROR_NONE || memory_prepare() != ERROR_NONE) {
        print("Bail out! the helper tasks can not begin\n");
        return system_call_verdict(VERDICT_FAIL) != ERROR_NONE;
    }
    tap_run(groups, sizeof(groups) / sizeof(groups[0]));
}
