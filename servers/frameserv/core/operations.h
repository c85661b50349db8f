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
static inline void reply_words(struct message *message, uint64_t word_0, uint64_t word_1, uint64_t word_2,
                               uint64_t word_3, uint64_t word_4)
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
}

#endif
