/* The frame server is killed, and other images of it take over, while this task and others use it: nothing is lost. */
#include "tests/tasks/upgrade/upgrade.h"

#include "servers/framemap/clock.h"

#define TICKS 200 /* a second */

struct server_recovery recovery_now(void)
{
    struct server_recovery recovery = {0};

    expect_success(server_recovery(&recovery));
    return recovery;
}

bool restarted(const struct server_recovery *before, enum restart reason)
{
    struct server_recovery now = recovery_now();

    return expect_equal(now.restarts, before->restarts + 1) && expect_equal(now.reason, reason) &&
           expect_equal(now.found, 0) && expect_equal(now.undone, 0) && expect_equal(now.reconciled, 0);
}

bool runs(uint64_t version)
{
    struct server_image image = {0};

    return expect_success(server_image(&image)) && expect_equal(image.version, version);
}

int main(void)
{
    static const struct tap_group *const groups[] = {&kill_tests, &image_tests, &load_tests};

    if (!expect_success(clock_start(TICKS))) {
        return 1;
    }
    tap_run(groups, sizeof(groups) / sizeof(groups[0]));
}
