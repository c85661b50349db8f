/* Requests to the frame server about runs, and about what a frame is. */
#include <quire/client.h>

#include "libipc/src/request.h"
#include <stddef.h>

must_use enum error frame_allocate_with(uint32_t count, uint64_t flags, handle *first)
{
    struct message message;
    enum error error;

    if (count > UINT16_MAX) { /* does not fit the message */
        return ERROR_BAD_COUNT;
    }
    do {
        message = (struct message){.words = {flags}};
        error = request_handles(&message, MESSAGE_ALLOC, ACTION_GRANT, MODE_NONE, count, first);
    } while (error == ERROR_AGAIN); /* each time the server has ended more of the lists that were dropped */
    return error;
}

must_use enum error frame_claim_run(uint64_t address, uint32_t count, uint64_t flags, handle *first, uint32_t *failed)
{
    struct message message = {.words = {address, flags}};

    if (count > UINT16_MAX) {
        message.words[0] = 0;
        return tell_failed(ERROR_BAD_COUNT, &message, failed);
    }
    enum error error = request_handles(&message, MESSAGE_CLAIM, ACTION_GRANT, MODE_NONE, count, first);
    return tell_failed(error, &message, failed);
}

must_use enum error frame_clone_run(handle first, uint32_t count, uint32_t rights, handle *copies, uint32_t *failed)
{
    struct message message = {.words = {rights}, .r13 = first};

    if (count > UINT16_MAX) {
        message.words[0] = 0;
        return tell_failed(ERROR_BAD_COUNT, &message, failed);
    }
    enum error error = request_handles(&message, MESSAGE_CLONE, ACTION_CLONE, MODE_BORROW, count, copies);
    return tell_failed(error, &message, failed);
}

must_use enum error frame_unique_run(handle first, uint32_t count, uint32_t *failed)
{
    struct message message = {0};
    enum error error = request_lending(&message, MESSAGE_UNIQUE, first, count);

    return tell_failed(error, &message, failed);
}

must_use enum error frame_unique(handle frame)
{
    return frame_unique_run(frame, 1, NULL);
}

must_use enum error frame_share_run(handle first, uint32_t count, uint32_t *failed)
{
    struct message message = {0};
    enum error error = request_lending(&message, MESSAGE_SHARE, first, count);

    return tell_failed(error, &message, failed);
}

must_use enum error frame_share(handle frame)
{
    return frame_share_run(frame, 1, NULL);
}

must_use enum error frame_check_run(handle first, uint32_t count, uint64_t kind, uint32_t *failed)
{
    struct message message = {.words = {kind}};
    enum error error = request_lending(&message, MESSAGE_CHECK, first, count);

    if (error == ERROR_NONE && message.words[0] != count) {
        error = ERROR_WRONG_KIND;
    }
    return tell_failed(error, &message, failed);
}

must_use enum error frame_check(handle frame, uint64_t kind)
{
    return frame_check_run(frame, 1, kind, NULL);
}

/* The five words of a reply. */
static enum error take_words(enum error error, const struct message *message, uint64_t words[MESSAGE_WORDS])
{
    for (uint32_t i = 0; error == ERROR_NONE && i < MESSAGE_WORDS; i++) {
        words[i] = message->words[i];
    }
    return error;
}

must_use enum error frame_metadata(handle frame, uint64_t words[MESSAGE_WORDS])
{
    struct message message = {0};
    enum error error = request_lending(&message, MESSAGE_METADATA, frame, 1);

    return take_words(error, &message, words);
}

must_use enum error frame_set_metadata(handle frame, const uint64_t words[MESSAGE_WORDS])
{
    struct message message = {.words = {words[0], words[1], words[2], words[3], words[4]}};

    return request_lending(&message, MESSAGE_SET_METADATA, frame, 1);
}

must_use enum error record_last(uint64_t words[MESSAGE_WORDS])
{
    struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_NONE, 0, 0)};
    enum error error = request(&message, MESSAGE_LAST_RECORD);

    return take_words(error, &message, words);
}
