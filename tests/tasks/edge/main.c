/* The test suite `edge`: the end of the address space, and the end of memory. For machines with little memory: the
 * tests that need that skip on others. */
#include "tests/tasks/edge/edge.h"
#include "tests/tasks/own.h"
#include <quire/print.h>

#define ENTRIES 1024 /* of the handle table: room for a run of the greatest length, and more */

int main(void)
{
    static const struct tap_group *const groups[] = {&boundary_tests, &memory_tests, &list_tests};

    if (own_entries_reach(ENTRIES) != ERROR_NONE || boundary_prepare() != ERROR_NONE ||
        memory_prepare() != ERROR_NONE) {
        print("Bail out! the helper tasks can not begin\n");
        return 1;
    }
    tap_run(groups, sizeof(groups) / sizeof(groups[0]));
}
