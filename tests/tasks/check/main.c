/* The test suite `check`: the frame server, the kernel and the library as a task meets them. */
#include "tests/tasks/check/check.h"
#include "tests/tasks/check/crew.h"
#include <quire/print.h>

int main(void)
{
    static const struct tap_group *const groups[] = {
        &allocate_tests, &claim_tests,   &clone_tests,     &drop_tests,     &map_tests,          &table_tests,
        &handle_tests,   &request_tests, &registers_tests, &share_tests,    &fault_tests,        &schedule_tests,
        &fpu_tests,      &place_tests,   &run_tests,       &unique_tests,   &metadata_tests,     &kind_tests,
        &record_tests,   &segment_tests, &list_tests,      &list_end_tests, &list_refusal_tests, &cursor_tests,
        &foreign_tests,  &release_tests, &words_tests,
    };

    if (library_grow_handles() != ERROR_NONE || !faults_ready() || crew_initialise() != ERROR_NONE) {
        print("Bail out! the suite or its helper tasks can not begin\n");
        return system_call_verdict(VERDICT_FAIL) != ERROR_NONE;
    }
    tap_run(groups, sizeof(groups) / sizeof(groups[0]));
}
