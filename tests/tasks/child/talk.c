/* Jobs that call and receive. */
#include "tests/tasks/child/child.h"

#include <quire/client.h>
#include <quire/print.h>

uint64_t job_call(void)
{
    struct endpoint_message message = {.label = job_number("word"), .words = {job_number("word")}};
    handle gift = start_handle("gift");

    if (gift != 0) {
        message.first = gift;
        message.count = 1;
    }
    job_ring();
    enum error error = endpoint_call(start_handle("desk"), &message, 0);
    return error != ERROR_NONE ? error : CALL_ANSWERED + message.label;
}

uint64_t job_calls(void)
{
    struct reply reply;

    job_ring();
    do {
        reply = call_0(start_handle("desk"), 0);
    } while (reply.status == ERROR_NONE);
    return reply.status;
}

uint64_t job_receive(void)
{
    struct endpoint_message message = {0};
    enum error error;

    job_ring();
    error = endpoint_receive(start_handle("here"), &message, 0);
    while (error == ERROR_NONE) {
        message.label++;
        error = endpoint_reply_receive(start_handle("here"), &message, 0);
    }
    return error;
}

uint64_t job_relay(void)
{
    struct endpoint_message message;
    enum error error = endpoint_receive(start_handle("here"), &message, 0);

    while (error == ERROR_NONE) {
        enum error asked = endpoint_call(start_handle("desk"), &message, 0);

        message = (struct endpoint_message){.label = (asked != ERROR_NONE ? asked : message.label) + 1};
        error = endpoint_reply_receive(start_handle("here"), &message, 0);
    }
    return error;
}

uint64_t job_keep(void)
{
    struct endpoint_message message;
    enum error error;

    error = endpoint_receive(start_handle("here"), &message, MOVE_HANDLES_MAX);
    if (error != ERROR_NONE) {
        return JOB_FAILED + error;
    }
    return job_yield();
}

uint64_t job_collect(void)
{
    uint64_t wanted = job_number("bits");
    uint64_t times = 0;

    for (uint64_t bits = 0; (bits & wanted) != wanted; times++) {
        struct endpoint_message message;

        if (endpoint_receive(start_handle("here"), &message, 0) != ERROR_NONE) {
            return JOB_FAILED;
        }
        bits |= message.notification;
    }
    return times;
}

uint64_t job_say(void)
{
    for (uint32_t k = 0; k < job_number("count"); k++) {
        print(SAY_FORMAT, k);
    }
    return 0;
}
