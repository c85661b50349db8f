/* Tasks that leave the addresses that a processor knows are stopped, and nothing else happens. */
#include "tests/tasks/edge/edge.h"
#include <quire/format.h>

enum boundary {
#define BOUNDARY(number, NAME, name, text) BOUNDARY_##NAME = (number),
#include "tests/tasks/boundary.def"
#undef BOUNDARY
    BOUNDARIES
};

static struct reply ask_task(uint32_t way, uint64_t label)
{
    char name[START_NAME];

    format_line(name, sizeof(name), "boundary_%u", way);
    return call_0(start_handle(name), label);
}

static enum error call_task(uint32_t way, uint64_t label)
{
    return (enum error)ask_task(way, label).status;
}

/* What the task held comes back. */
static void expect_stopped(enum boundary way)
{
    struct reply reply = ask_task(way, 0);

    expect_success((enum error)reply.status);
    tap_gain(reply.words[0]);
    expect_error(call_task(way, way + 1), ERROR_NO_SERVER);
    expect_error(call_task(way, 0), ERROR_NO_SERVER);
    expect_success(frame_server_nothing());
}

#define BOUNDARY(number, NAME, name, text)                                                                             \
    static void boundary_##NAME(void)                                                                                  \
    {                                                                                                                  \
        expect_stopped(BOUNDARY_##NAME);                                                                               \
    }
#include "tests/tasks/boundary.def"
#undef BOUNDARY

static const struct tap_test tests[] = {
#define BOUNDARY(number, NAME, name, text) {name, boundary_##NAME},
#include "tests/tasks/boundary.def"
#undef BOUNDARY
};

const struct tap_group boundary_tests = TAP_GROUP("boundary", tests);

must_use enum error boundary_prepare(void)
{
    enum error error = ERROR_NONE;

    for (uint32_t way = 0; way < BOUNDARIES && error == ERROR_NONE; way++) {
        error = call_task(way, 0);
    }
    return error;
}
