/* Tests of tasks that tasks make: how they start, stop, end, and what is left then. */
#include "tests/tasks/life/life.h"

int main(void)
{
    static const struct tap_group *const groups[] = {
        &end_tests,    &kill_tests,   &stop_tests, &notice_tests, &holdings_tests,
        &family_tests, &create_tests, &give_tests, &image_tests,  &many_tests,
    };

    if (!children_initialise()) {
        return 1;
    }
    tap_run(groups, sizeof(groups) / sizeof(groups[0]));
}
