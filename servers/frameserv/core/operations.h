/* The operations of the frame server, one function for each line of messages.def. */
#ifndef FRAMESERV_CORE_OPERATIONS_H
#define FRAMESERV_CORE_OPERATIONS_H

#include "servers/frameserv/core/accounts.h"
#include "servers/frameserv/core/worker.h"
#include <quire/system_call.h>

/* Each is called when modes, want and service rights fit its line, reads its arguments from *message, and on success
 * leaves the reply there with reply_words() or reply_handle(). On an error nothing has changed, and *message does
 * not matter; worker->failed is the place in a run of the frame that the error is about. The errors are those of frames.h, and: BadCount, BadArgument, BadRights, MissingRight (of a
 * lent handle), NotPermitted (the badge names no account). */
#define MESSAGE(number, NAME, name, modes, want, idempotent, in, out, errors, text)                                    \
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

/* The same, with whose limit it was that the error is about, if it is such. */
static inline void reply_refusal(struct worker *worker, struct message *message, enum error error)
{
    const struct refusal *refusal = &worker->refusal;

    reply_error(worker, message, error);
    if (error == ERROR_OVER_LIMIT || error == ERROR_TOO_MANY_TABLES) {
        message->words[1] = refusal->account;
        message->words[2] = refusal->limit;
        message->words[3] = refusal->used;
        message->words[4] = refusal->asked;
    }
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

/* The same on the first `count` frames of the transfer page, if there are more than one. */
static inline void reply_run(struct worker *worker, struct message *message, enum action action, uint64_t count,
                             uint64_t argument)
{
    reply_words(worker, message, worker->transfer[0] * FRAME_SIZE, 0, 0, 0, 0);
    worker->pending.action = action;
    worker->pending.count = (uint32_t)count;
    message->rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, action, 0, (uint32_t)count, 0);
    message->r14 = argument;
}

/* A reply with a handle to the server in the name of an account. */
static inline void reply_mint(struct worker *worker, struct message *message, uint32_t number, uint32_t rights)
{
    reply_words(worker, message, number, 0, 0, 0, 0);
    worker->pending.action = ACTION_MINT;
    worker->pending.count = 0; /* no frame */
    message->rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, ACTION_MINT, 0, 1, 0);
    message->r14 = badge_make(number, rights);
}

/* Takes back that a minted handle was counted. */
void mint_uncount(struct worker *worker);

/* The number of the account that the caller's badge names. NotPermitted: it is none's. Another one's worker may close it at any
 * time: who charges it, or goes by the tree, looks again with the lock. */
static inline must_use enum error payer_of(const struct worker *worker, const struct message *message, uint32_t *payer)
{
    *payer = badge_account(message->rdi);
    return account_is(&worker->keep->accounts[account_place(*payer)], *payer) ? ERROR_NONE : ERROR_NOT_PERMITTED;
}

/* The place of the account that the caller names by number, 0: his own. NotPermitted: he has none. NoAccount. */
static inline must_use enum error account_named(struct worker *worker, const struct message *message, uint64_t number,
                                                uint32_t *place)
{
    return accounts_find(worker, badge_account(message->rdi), badge_rights(message->rdi) & SERVICE_RIGHT_LOOKUP, number,
                         place);
}

/* The frames that were lent, one or a run. */
struct lent {
    atomic_word one;
    const atomic_word *frames; /* their numbers */
    uint64_t count;
    uint32_t rights; /* that all the handles have */
};

static inline void lent_read(const struct worker *worker, const struct message *message, struct lent *lent)
{
    lent->one = frame_word_frame(message->r13);
    lent->rights = frame_word_rights(message->r13);
    lent->count = rax_n(message->rax);
    lent->frames = worker->transfer;
    if (lent->count <= 1) {
        lent->frames = &lent->one;
        lent->count = 1;
    }
}

#endif
