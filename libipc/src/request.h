/* What requests to the frame server have in common. All of it is inlined, so that each request builds its message in
 * registers. */
#ifndef LIBIPC_SRC_REQUEST_H
#define LIBIPC_SRC_REQUEST_H

#include <quire/entries.h>
#include <quire/task.h>

/* Sends a request; what the kernel says comes before what the server says. */
SYSTEM_CALL_INLINE enum error request(struct message *message, enum operation operation)
{
    uint64_t status;

    message->rdi = frame_server();
    message->rsi = label_make(operation, 0);
    system_call_call(message);
    status = rax_status(message->rax);
    return (enum error)(status != ERROR_NONE ? status : message->rsi);
}

/* Keeps what came with OverLimit or TooManyTables, words 1 to 4, for last_refusal; returns the error. By value, so that the
 * message stays in registers, and the account last: it is in r8 then, where word 1 came. */
__attribute__((cold)) enum error refusal_note(enum error error, uint64_t limit, uint64_t used, uint64_t asked,
                                              uint64_t account);

/* On paths that end a request: the way without error pays nothing for it. */
SYSTEM_CALL_INLINE enum error note_refusal(enum error error, const struct message *message)
{
    if (error == ERROR_NONE) {
        return ERROR_NONE;
    }
    return refusal_note(error, message->words[2], message->words[3], message->words[4], message->words[1]);
}

/* Sends a request whose reply fills `count` entries of this task's table; *first is the first of the new handles. */
SYSTEM_CALL_INLINE enum error request_handles(struct message *message, enum operation operation, enum action want,
                                              enum mode mode, uint32_t count, handle *first)
{
    uint32_t dst;
    enum error error = own_entries_take(count, &dst);

    if (error != ERROR_NONE) {
        message->words[0] = 0; /* no frame is to blame */
        return error;
    }
    message->rax = rax_make(SYSTEM_CALL_CALL, want, mode, count, dst);
    error = request(message, operation);
    if (error != ERROR_NONE) {
        own_entries_release(dst, count);
        return note_refusal(error, message);
    }
    *first = message->r13;
    return ERROR_NONE;
}

/* A request about `count` frames that are lent, answered with words. */
SYSTEM_CALL_INLINE enum error request_lending(struct message *message, enum operation operation, handle first,
                                              uint32_t count)
{
    if (count == 0 || count > UINT16_MAX) { /* 0 would lend one; the other does not fit the message */
        message->words[0] = 0;
        return ERROR_BAD_COUNT;
    }
    message->rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_BORROW, count, 0);
    message->r13 = first;
    return request(message, operation);
}

/* Of a request about a run that came back with an error, word 0 is the place of the frame that the error is about. */
static inline enum error tell_failed(enum error error, const struct message *message, uint32_t *failed)
{
    if (error != ERROR_NONE && failed != NULL) {
        *failed = (uint32_t)message->words[0];
    }
    return error;
}

#endif
