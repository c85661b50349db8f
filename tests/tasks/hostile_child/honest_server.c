/* Serves whoever calls, and is not to be led astray by any call. */
#include "tests/tasks/hostile_child/honest.h"

#include <quire/client.h>
#include <quire/endpoint.h>
#include <quire/entries.h>

/* What strangers send is dropped, handle by handle: it can be anything. */
static enum error drop_all(struct endpoint_message *message)
{
    for (uint32_t k = 0; k < message->count; k++) {
        enum error error = frame_drop(handle_of_run(message->first, k));
        if (error != ERROR_NONE) { /* it was revoked meanwhile */
            own_entries_release(handle_index(message->first) + k, 1);
        }
    }
    message->count = 0;
    return ERROR_BAD_ARGUMENT;
}

static enum error stamp(const struct endpoint_message *message)
{
    void *address;
    enum error error = frame_map_anywhere(message->first, RIGHT_READ | RIGHT_WRITE, &address);

    if (error != ERROR_NONE) {
        return error;
    }
    uint64_t *words = address;
    bool right = words[0] == message->words[1];
    words[0] = message->words[2];
    error = frame_unmap(message->first);
    return right ? error : ERROR_BAD_ARGUMENT;
}

static enum error serve(struct endpoint_message *message)
{
    if (message->label == SERVICE_ECHO && message->count == 0) {
        for (uint32_t k = 0; k < MESSAGE_WORDS; k++) {
            message->words[k]++;
        }
        return ERROR_NONE;
    }
    if (message->badge == BADGE_HONEST && message->label == SERVICE_STAMP && message->count == 1) {
        return stamp(message);
    }
    return drop_all(message);
}

int honest_server(volatile struct report *report)
{
    handle endpoint = start_handle(GIFT_SERVICE);
    struct endpoint_message message;
    enum error error = endpoint_receive(endpoint, &message, SERVICE_STAMP_FRAMES);

    while (error == ERROR_NONE) {
        if (message.notification != 0) {
            if (report->stop != 0) {
                return 0;
            }
            error = endpoint_receive(endpoint, &message, SERVICE_STAMP_FRAMES);
            continue;
        }
        message.label = serve(&message);
        report->rounds++;
        error = endpoint_reply_receive(endpoint, &message, SERVICE_STAMP_FRAMES);
        if (error != ERROR_NONE && message.count > 0) { /* the caller is gone, or has no room any more */
            (void)drop_all(&message);
            error = endpoint_reply_receive(endpoint, &message, SERVICE_STAMP_FRAMES);
        }
    }
    report->failed_line = __LINE__;
    report->failed_error = error;
    return 1;
}
