/* The test suite `check`: the frame server, the kernel and the library as a task meets them. */
#include "tests/tasks/check/check.h"
#include "tests/tasks/check/crew.h"
#include "tests/tasks/own.h"
#include <quire/print.h>

#define ENTRIES 1216 /* of the handle table: room for two runs of the greatest length */

int main(void)
{
    static const struct tap_group *const groups[] = {
        &allocate_tests, &claim_tests,   &clone_tests,     &drop_tests,     &map_tests,          &table_tests,
        &handle_tests,   &request_tests, &registers_tests, &share_tests,    &fault_tests,        &schedule_tests,
        &fpu_tests,      &place_tests,   &run_tests,       &unique_tests,   &metadata_tests,     &kind_tests,
        &record_tests,   &segment_tests, &list_tests,      &list_end_tests, &list_refusal_tests, &cursor_tests,
        &foreign_tests,  &release_tests, &words_tests,     &device_tests,   &audit_tests,
    };

    if (own_entries_reach(ENTRIES) != ERROR_NONE || !faults_ready() || crew_initialise() != ERROR_NONE) {
        print("Bail out! the suite or its helper tasks can not begin\n");
        return 1;
    }
    tap_run(groups, sizeof(groups) / sizeof(groups[0]));
}
