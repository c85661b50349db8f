/* Tasks that do what no task may are stopped; everybody else goes on. Faulter k waits at the endpoint "fault_k", which
 * one of the helper tasks can call: a task can be given a dozen endpoints at most. A faulter dies once a boot. */
#include "tests/tasks/check/check.h"

enum fault {
#define FAULT(number, NAME, name, text) FAULT_##NAME = (number),
#include "tests/tasks/faults.def"
#undef FAULT
    FAULTS
};

#define FAULTS_OF_PEER 11 /* those after them are the counter's */

static struct reply ask_faulter(uint32_t fault, uint64_t label)
{
    const char *helper = fault < FAULTS_OF_PEER ? "peer" : "counter";

    return call_5(start_handle(helper), PEER_FAULT, fault, label, 0, 0, 0);
}

/* The status of a call to a faulter: label 0 asks what it holds. */
static enum error call_faulter(uint32_t fault, uint64_t label)
{
    return answer(ask_faulter(fault, label));
}

/* The caller of a task that is stopped learns that nobody is there, then and from then on; what it held comes back. */
static void expect_stopped(enum fault fault)
{
    struct reply reply = ask_faulter(fault, 0);

    expect_success(answer(reply));
    tap_gain(reply.words[0]);
    expect_error(call_faulter(fault, fault + 1), ERROR_NO_SERVER);
    expect_error(call_faulter(fault, 0), ERROR_NO_SERVER);
    expect_equal(call_1(start_handle("peer"), PEER_ECHO, 7).words[0], 8);
    expect_success(frame_server_nothing());
}

#define FAULT(number, NAME, name, text)                                                                                \
    static void fault_##NAME(void)                                                                                     \
    {                                                                                                                  \
        expect_stopped(FAULT_##NAME);                                                                                  \
    }
#include "tests/tasks/faults.def"
#undef FAULT

static const struct tap_test tests[] = {
#define FAULT(number, NAME, name, text) {name, fault_##NAME},
#include "tests/tasks/faults.def"
#undef FAULT
};

const struct tap_group fault_tests = TAP_GROUP("fault", tests);

bool faults_ready(void)
{
    for (uint32_t fault = 0; fault < FAULTS; fault++) {
        if (call_faulter(fault, 0) != ERROR_NONE) {
            return false;
        }
    }
    return true;
}
