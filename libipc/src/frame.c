/* Requests to the frame server. */
#include <quire/client.h>

#include "libipc/src/request.h"
#include <quire/slot.h>

must_use enum error frame_server_nothing(void)
{
    struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_NONE, 0, 0)};

    return request(&message, MESSAGE_NOTHING);
}

/* `Again` comes while the server ends lists that were dropped: frame_allocate_with repeats. */
must_use enum error frame_allocate(handle *frame)
{
    struct message message = {0};
    enum error error = request_handles(&message, MESSAGE_ALLOC, ACTION_GRANT, MODE_NONE, 1, frame);

    return error == ERROR_AGAIN ? frame_allocate_with(1, 0, frame) : error;
}

must_use enum error frame_allocate_run(uint32_t count, handle *first)
{
    struct message message = {0};

    if (count > UINT16_MAX) { /* does not fit the message */
        return ERROR_BAD_COUNT;
    }
    enum error error = request_handles(&message, MESSAGE_ALLOC, ACTION_GRANT, MODE_NONE, count, first);

    return error == ERROR_AGAIN ? frame_allocate_with(count, 0, first) : error;
}

must_use enum error frame_claim(uint64_t address, handle *frame)
{
    struct message message = {.words = {address}};

    return request_handles(&message, MESSAGE_CLAIM, ACTION_GRANT, MODE_NONE, 1, frame);
}

must_use enum error frame_lookup(uint64_t address, uint32_t rights, handle *frame)
{
    struct message message = {.words = {address, rights}};

    return request_handles(&message, MESSAGE_LOOKUP, ACTION_CLONE, MODE_NONE, 1, frame);
}

must_use enum error frame_clone(handle frame, uint32_t rights, handle *copy)
{
    struct message message = {.words = {rights}, .r13 = frame};

    return request_handles(&message, MESSAGE_CLONE, ACTION_CLONE, MODE_BORROW, 1, copy);
}

/* Whether a handle was taken away behind the library's back: its entry is empty. */
__attribute__((cold, noinline)) static bool was_revoked(enum error error, handle frame)
{
    struct handle_facts facts;

    return error == ERROR_BAD_HANDLE && handle_index(frame) != 0 &&
           system_call_inspect(frame, &facts) == ERROR_BAD_HANDLE;
}

/* The server can't refuse a drop, so whatever it says, the handles are gone once the kernel says that it was asked. */
SYSTEM_CALL_INLINE enum error drop_run(handle first, uint32_t count, uint64_t *unused)
{
    struct message message = {.r13 = first};

    if (count > UINT16_MAX) {
        return ERROR_BAD_COUNT;
    }
    message.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_DROP, count, 0);
    enum error error = request(&message, MESSAGE_DROP);

    if (rax_status(message.rax) != ERROR_NONE && error != ERROR_INTERRUPTED) {
        if (count == 1 && was_revoked(error, first)) {
            own_entries_release(handle_index(first), 1);
        }
        return error;
    }
    own_entries_release(handle_index(first), count);
    if (unused != NULL) {
        *unused = message.words[0];
    }
    return error;
}

must_use enum error frame_drop_run(handle first, uint32_t count, uint64_t *unused)
{
    return drop_run(first, count, unused);
}

must_use enum error frame_drop(handle frame)
{
    return drop_run(frame, 1, NULL);
}

must_use enum error frame_repurpose(handle frame, enum kind kind)
{
    struct message message = {
        .rax = rax_make(SYSTEM_CALL_CALL, ACTION_CONVERT, MODE_BORROW, 1, 0), .words = {kind}, .r13 = frame};

    return note_refusal(request(&message, MESSAGE_REPURPOSE), &message);
}

static enum error request_info(struct message *message, struct frame_facts *facts)
{
    enum error error = request(message, MESSAGE_INFO);

    if (error == ERROR_NONE) {
        *facts = (struct frame_facts){.address = message->words[0],
                                      .reference_count = message->words[1],
                                      .kind = (uint32_t)kind_word_kind(message->words[2]),
                                      .payer = (uint32_t)kind_word_payer(message->words[2]),
                                      .list = message->words[3],
                                      .region = (uint32_t)message->words[4]};
    }
    return error;
}

must_use enum error frame_info(handle frame, struct frame_facts *facts)
{
    struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_BORROW, 1, 0), .r13 = frame};

    return request_info(&message, facts);
}

must_use enum error frame_info_at(uint64_t address, struct frame_facts *facts)
{
    struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_NONE, 0, 0), .words = {address}};

    return request_info(&message, facts);
}

must_use enum error frame_survey(uint64_t address, struct frame_run *run)
{
    struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_NONE, 0, 0), .words = {address}};
    enum error error = request(&message, MESSAGE_SURVEY);

    if (error == ERROR_NONE) {
        uint64_t flags = kind_word_flags(message.words[1]);
        *run = (struct frame_run){.first = address,
                                  .end = message.words[0],
                                  .kind = (uint32_t)kind_word_kind(message.words[1]),
                                  .payer = (uint32_t)kind_word_payer(message.words[1]),
                                  .region = (uint32_t)message.words[2],
                                  .used = (flags & SURVEY_USED) != 0,
                                  .listed = (flags & SURVEY_LISTED) != 0};
    }
    return error;
}

must_use enum error machine_statistics(struct machine_statistics *statistics)
{
    struct message message = {.rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_NONE, 0, 0), .words = {0}};
    enum error error = request(&message, MESSAGE_STATISTICS);

    if (error == ERROR_NONE) {
        *statistics = (struct machine_statistics){.end = message.words[0],
                                                  .usable = message.words[1],
                                                  .free = message.words[2],
                                                  .in_use = message.words[3],
                                                  .set_aside = message.words[4]};
    }
    return error;
}
