#include "servers/frameserv/core/dispatch.h"

#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/operations.h"

/* What has to hold before an operation is begun. */
struct operation_rules {
    enum error (*run)(struct worker *worker, struct message *message);
    uint8_t modes; /* bit for each mode that it takes */
    uint8_t want;  /* action that the caller has to ask for */
};

#define M(name) (1 << MODE_##name)
static const struct operation_rules operations[MESSAGES] = {
#define MESSAGE(number, NAME, name, modes, want, idempotent, in, out, text)                                            \
    [number] = {operation_##name, modes, ACTION_##want},
#include <quire/messages.def>
#undef MESSAGE
};
#undef M

/* Right of the badge that it takes to name a frame by its address, lending no handle to it. */
static const uint8_t rights_by_address[MESSAGES] = {
    [MESSAGE_CLAIM] = SERVICE_RIGHT_CLAIM,
    [MESSAGE_LOOKUP] = SERVICE_RIGHT_LOOKUP,
    [MESSAGE_INFO] = SERVICE_RIGHT_LOOKUP,
};

static enum error check(const struct message *message)
{
    uint64_t rax = message->rax;
    uint32_t number = label_operation(message->rsi);

    if (number >= MESSAGES)
        return ERROR_BAD_OPERATION;
    const struct operation_rules *rules = &operations[number];
    if (!(rules->modes >> rax_mode(rax) & 1))
        return ERROR_BAD_MODE;
    if (rax_action(rax) != rules->want)
        return rules->want == ACTION_NONE ? ERROR_BAD_ARGUMENT : ERROR_NOT_WANTED;
    if (label_flags(message->rsi) != 0)
        return ERROR_BAD_ARGUMENT;
    if (rax_mode(rax) == MODE_BORROW && rax_n(rax) != 1)
        return ERROR_BAD_COUNT;
    if (rax_mode(rax) == MODE_NONE && (rights_by_address[number] & ~badge_rights(message->rdi)) != 0)
        return ERROR_MISSING_RIGHT;
    return ERROR_NONE;
}

static void reply_error(struct message *message, enum error error)
{
    reply_words(message, 0, 0, 0, 0, 0);
    message->rsi = error;
}

void dispatch(struct worker *worker, struct message *message)
{
    enum error error;

    worker->pending.action = ACTION_NONE;
    if (rax_mode(message->rax) == MODE_DROP) {
        error = operation_drop(worker, message);
    } else {
        error = check(message);
        if (error == ERROR_NONE)
            error = operations[label_operation(message->rsi)].run(worker, message);
    }
    if (error != ERROR_NONE)
        reply_error(message, error);
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
        frames_take_back_kind(worker, pending);
        break;
    default:
        break;
    }
    worker->pending.action = ACTION_NONE;
    reply_error(message, (enum error)rax_status(message->rax));
}
