#include "servers/frameserv/core/dispatch.h"

#include "servers/frameserv/core/accounts.h"
#include "servers/frameserv/core/dispatch_interrupted.h"
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/lists.h"
#include "servers/frameserv/core/note.h"
#include "servers/frameserv/core/operations.h"
#include "servers/frameserv/core/reversal.h"

/* What has to hold before an operation is begun. */
struct operation_rules {
    enum error (*run)(struct worker *worker, struct message *message);
    uint16_t plain;   /* bits 8 to 15 of rax when no handle is lent: want and mode; or NEVER */
    uint16_t lending; /* the same when one is, or moved beside one that is */
    uint8_t modes;    /* bit for each mode that it takes */
    uint8_t want;     /* action that the caller has to ask for */
    uint8_t right;    /* of the badge, to name a frame by its address, lending no handle to it */
    bool runs;        /* takes any number of handles that are lent */
};

#define NEVER 0x100 /* fits no eight bits */
#define HOW(rax) ((rax) / 256 % 256)

/* Operations on runs of handles that are lent; the others take one. */
#define RUNS (1 << MESSAGE_LOOKUP | 1 << MESSAGE_CLONE | 1 << MESSAGE_UNIQUE | 1 << MESSAGE_SHARE | 1 << MESSAGE_CHECK)

/* Operations on frames by their address. CLAIM needs another right, or two: see operation_claim. */
#define LOOKUPS (1 << MESSAGE_LOOKUP | 1 << MESSAGE_INFO | 1 << MESSAGE_SURVEY | 1 << MESSAGE_AUDIT)

#define M(name) (1 << MODE_##name)
static const struct operation_rules operations[MESSAGES] = {
#define MESSAGE(number, NAME, name, modes_taken, action, idempotent, in, out, errors, text)                            \
    [number] = {.run = operation_##name,                                                                               \
                .plain = (modes_taken)&M(NONE) ? ACTION_##action + (MODE_NONE << 4) : NEVER,                           \
                .lending = (modes_taken)&M(BORROW)   ? ACTION_##action + (MODE_BORROW << 4)                            \
                           : (modes_taken)&M(ATTACH) ? ACTION_##action + (MODE_ATTACH << 4)                            \
                                                     : NEVER,                                                          \
                .modes = (modes_taken),                                                                                \
                .want = ACTION_##action,                                                                               \
                .right = (LOOKUPS) >> (number)&1 ? SERVICE_RIGHT_LOOKUP : 0,                                           \
                .runs = (RUNS) >> (number)&1},
#include <quire/messages.def>
#undef MESSAGE
};
#undef M

/* Why a message that fits no line of the table is refused. */
static enum error explain(const struct message *message)
{
    uint64_t rax = message->rax;
    uint32_t number = label_operation(message->rsi);

    if (number >= MESSAGES)
        return ERROR_BAD_OPERATION;
    if (!(operations[number].modes >> rax_mode(rax) & 1))
        return ERROR_BAD_MODE;
    if (rax_action(rax) != operations[number].want)
        return operations[number].want == ACTION_NONE ? ERROR_BAD_ARGUMENT : ERROR_NOT_WANTED;
    if (label_flags(message->rsi) != 0)
        return ERROR_BAD_ARGUMENT;
    return rax_mode(rax) != MODE_NONE ? ERROR_BAD_COUNT : ERROR_MISSING_RIGHT;
}

/* Runs the operation if the message fits its line of the table. */
static enum error run(struct worker *worker, struct message *message)
{
    uint64_t label = message->rsi;

    if (label < MESSAGES) { /* a known operation, and no flags above it */
        const struct operation_rules *rules = &operations[label];
        uint64_t how = HOW(message->rax);
        if (how == rules->plain && (rules->right & ~badge_rights(message->rdi)) == 0)
            return rules->run(worker, message);
        if (how == rules->lending && (rax_n(message->rax) <= 1 || rules->runs) &&
            (message->r14 == 0 || rax_mode(message->rax) == MODE_ATTACH)) /* no operation takes two that are lent */
            return rules->run(worker, message);
    }
    return explain(message);
}

/* A call pays for what dying lists left to do; an interrupted one for the rest of its share. */
static void sweep(struct worker *worker)
{
    if (!intent_has(worker, INTENT_SWEPT)) {
        atomic_store_release(&worker->note->swept, 0);
        intent_flag(worker, INTENT_SWEPT);
    }
    lists_reap_turn(worker, &worker->note->swept);
}

void dispatch(struct worker *worker, struct message *message)
{
    bool drop = rax_mode(message->rax) == MODE_DROP;

    worker->pending.action = ACTION_NONE;
    worker->failed = 0;
    reversal_clear(worker);
    if ((rax_flags(message->rax) & RECEIVED_INTERRUPTED) != 0 && dispatch_interrupted(worker, message))
        return;
    if (lists_are_dying(worker) && message->rsi != MESSAGE_AUDIT) /* which changes nothing */
        sweep(worker);
    enum error error = drop ? operation_drop(worker, message) : run(worker, message);
    if (error != ERROR_NONE) {
        reply_refusal(worker, message, error);
        message->words[0] = worker->failed;
    }
}

void dispatch_refused(struct worker *worker, struct message *message)
{
    const struct pending *pending = &worker->pending;

    switch (pending->action) {
    case ACTION_GRANT:
    case ACTION_CLONE:
        if (pending->count == 1)
            frames_drop(worker, pending->frame);
        else
            frames_drop_run(worker, pending->count);
        break;
    case ACTION_CONVERT:
        frames_take_back_kind(worker);
        break;
    case ACTION_HAND_BACK:
        if (!lists_put_back(worker, worker->reversal))
            frames_drop(worker, pending->frame);
        break;
    case ACTION_MINT:
        accounts_take_back(worker);
        mint_uncount(worker);
        break;
    default:
        break;
    }
    reply_error(worker, message, (enum error)rax_status(message->rax));
}
