/* The operations of the frame server, one function for each line of messages.def. */
#ifndef FRAMESERV_CORE_OPERATIONS_H
#define FRAMESERV_CORE_OPERATIONS_H

#include "servers/frameserv/core/worker.h"
#include <quire/system_call.h>

/* Each is called when modes, want and service rights fit its line, reads its arguments from *message, and on success
 * leaves the reply there with reply_words() or reply_action(). On an error nothing has changed, and *message does
 * not matter. The errors are those of frames.h, and: BadCount, BadArgument, BadRights, MissingRight (of a
 * lent handle), NotPermitted (the badge names no account). */
#define MESSAGE(number, NAME, name, modes, want, idempotent, in, out, text)                                            \
    must_use enum error operation_##name(struct worker *worker, struct message *message);
#include <quire/messages.def>
#undef MESSAGE

/* A reply of words only. */
static inline void reply_words(struct worker *worker, struct message *message, uint64_t word_0, uint64_t word_1,
                               uint64_t word_2, uint64_t word_3, uint64_t word_4)
{
    message->rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, ACTION_NONE, 0, 0, 0);
    message->rsi = ERROR_NONE;
    message->words[0] = word_0;
    message->words[1] = word_1;
    message->words[2] = word_2;
    message->words[3] = word_3;
    message->words[4] = word_4;
    message->r13 = 0;
    message->r14 = 0;
    worker->pending.action = ACTION_NONE;
}

static inline void reply_error(struct worker *worker, struct message *message, enum error error)
{
    reply_words(worker, message, 0, 0, 0, 0, 0);
    message->rsi = error;
}

/* A reply with an action on one frame; `argument` goes with the action, word_1 with the reply. */
static inline void reply_handle(struct worker *worker, struct message *message, enum action action, uint64_t frame,
                                uint64_t argument, uint64_t word_1)
{
    reply_words(worker, message, frame * FRAME_SIZE, word_1, 0, 0, 0);
    worker->pending.action = action;
    worker->pending.count = 1;
    worker->pending.frame = frame;
    message->rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, action, 0, 1, 0);
    message->r13 = frame * FRAME_SIZE;
    message->r14 = argument;
}

#endif
