/* A child of the suite `hostile`: role=attacker, client, server or last; seed=N; calls=N, for an attacker. */
#include "tests/tasks/hostile_child/attacker.h"
#include "tests/tasks/hostile_child/honest.h"

#include <quire/client.h>
#include <quire/task.h>
#include <string.h>

#define REPORT_ADDRESS UINT64_C(0x5ff000) /* behind the image, in the page table of that */

int main(void)
{
    const char *line = start_page()->arguments;
    handle report_frame = start_handle(GIFT_REPORT);
    volatile struct report *report = (volatile struct report *)REPORT_ADDRESS;
    uint32_t missing;
    char role[16];
    uint64_t seed = start_option_number(line, "seed", 1);

    (void)start_option(line, "role", role, sizeof(role), "");
    /* Nobody else is to have it, whatever else this task gives away. */
    if (system_call_narrow(report_frame, RIGHT_READ | RIGHT_WRITE | RIGHT_MAP) != ERROR_NONE ||
        system_call_map(report_frame, REPORT_ADDRESS, RIGHT_READ | RIGHT_WRITE, &missing) != ERROR_NONE) {
        return 2;
    }
    if (strcmp(role, "attacker") == 0) {
        attack(report, seed, start_option_number(line, "calls", 1000));
    }
    if (strcmp(role, "last") == 0) {
        return 0;
    }
    return strcmp(role, "server") == 0 ? honest_server(report) : honest_client(report, seed);
}
