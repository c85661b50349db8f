/* To reply is to receive, so the suite always holds one call unanswered: the spare runner's. To get at another one,
 * it answers the spare runner with nothing and receives at the other's endpoint; answering that one, it receives
 * the spare runner again, who has called back meanwhile. */
#include "tests/tasks/check/crew.h"
#include "tests/tasks/check/check.h"

must_use enum error crew_initialise(void)
{
    struct endpoint_message message;

    return endpoint_receive(start_handle("spare"), &message, 0);
}

/* Swaps the spare runner's call for one at the endpoint; *message is that call. */
static enum error hold(const char *endpoint, struct endpoint_message *message)
{
    *message = (struct endpoint_message){.label = RUNNER_NOTHING};
    return endpoint_reply_receive(start_handle(endpoint), message, 0);
}

/* Answers the held call, and holds the spare runner's again. */
static enum error release(struct endpoint_message *message)
{
    return endpoint_reply_receive(start_handle("spare"), message, 0);
}

must_use enum error crew_start(const char *endpoint, enum runner_job job, handle frame, uint64_t word)
{
    struct endpoint_message message;
    handle share;
    enum error error = frame_clone(frame, RIGHTS_SHARE, &share);

    if (error != ERROR_NONE) {
        return error;
    }
    error = hold(endpoint, &message);
    if (error == ERROR_NONE) {
        message = (struct endpoint_message){.label = job, .words = {word}, .first = share, .count = 1};
        error = release(&message);
    }
    return error;
}

must_use enum error crew_finish(const char *endpoint, uint64_t *result)
{
    struct endpoint_message message;
    enum error error = hold(endpoint, &message);

    if (error != ERROR_NONE) {
        return error;
    }
    enum error theirs = (enum error)message.label;
    *result = message.words[0];
    message = (struct endpoint_message){.label = RUNNER_NOTHING};
    error = release(&message);
    return error != ERROR_NONE ? error : theirs;
}
