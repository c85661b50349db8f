#include "servers/frameserv/core/operations.h"

#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/frames.h"

/* Who only knows an address does not get an owner's right. */
#define RIGHTS_BY_ADDRESS ((uint64_t)(RIGHTS_FRAME & ~RIGHT_OWNER))

/* A reply that grants the first `count` frames of the transfer page. */
static void reply_run(struct worker *worker, struct message *message, uint64_t count)
{
    reply_words(worker, message, worker->transfer[0] * FRAME_SIZE, 0, 0, 0, 0);
    worker->pending.action = ACTION_GRANT;
    worker->pending.count = (uint32_t)count;
    message->rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, ACTION_GRANT, 0, (uint32_t)count, 0);
    message->r14 = RIGHTS_FRAME;
}

static enum error payer_of(struct worker *worker, const struct message *message, uint32_t *payer)
{
    struct account *account;

    *payer = badge_account(message->rdi);
    return account_find(worker->keep->accounts, *payer, &account);
}

enum error operation_nothing(struct worker *worker, struct message *message)
{
    reply_words(worker, message, 0, 0, 0, 0, 0);
    return ERROR_NONE;
}

enum error operation_alloc(struct worker *worker, struct message *message)
{
    uint64_t count = rax_n(message->rax);
    uint64_t flags = message->words[0];
    uint64_t frame = FRAME_NONE;
    uint32_t payer;
    enum error error = payer_of(worker, message, &payer);

    if (error != ERROR_NONE)
        return error;
    if (count == 0 || count > TRANSFER_FRAMES)
        return ERROR_BAD_COUNT;
    if (flags != 0 && flags != ALLOC_CONTIGUOUS)
        return ERROR_BAD_ARGUMENT;
    if (count == 1) {
        error = frames_allocate(worker, payer, &frame);
        if (error == ERROR_NONE)
            reply_handle(worker, message, ACTION_GRANT, frame, RIGHTS_FRAME, 0);
    } else {
        error = frames_allocate_run(worker, payer, count, flags == ALLOC_CONTIGUOUS);
        if (error == ERROR_NONE)
            reply_run(worker, message, count);
    }
    return error;
}

enum error operation_claim(struct worker *worker, struct message *message)
{
    uint64_t frame;
    uint32_t payer;
    enum error error = payer_of(worker, message, &payer);

    if (error != ERROR_NONE)
        return error;
    if (rax_n(message->rax) != 1)
        return ERROR_BAD_COUNT;
    error = frames_claim(worker, payer, message->words[0], &frame);
    if (error != ERROR_NONE)
        return error;
    reply_handle(worker, message, ACTION_GRANT, frame, RIGHTS_FRAME, 0);
    return ERROR_NONE;
}

/* Replies with a further handle to the frame that was lent, with rights that the lent one has. */
static enum error clone_lent(struct worker *worker, struct message *message, uint64_t rights)
{
    uint64_t frame = frame_word_frame(message->r13);
    uint32_t lent = frame_word_rights(message->r13);
    uint64_t count;

    if (!(lent & RIGHT_CLONE))
        return ERROR_MISSING_RIGHT;
    if (rights == 0 || (rights & ~(uint64_t)lent) != 0)
        return ERROR_BAD_RIGHTS;
    enum error error = frames_clone(worker, frame, &count);
    if (error != ERROR_NONE)
        return error;
    reply_handle(worker, message, ACTION_CLONE, frame, rights, count);
    return ERROR_NONE;
}

enum error operation_lookup(struct worker *worker, struct message *message)
{
    uint64_t rights = message->words[1];
    uint64_t frame;
    uint64_t count;

    if (rax_mode(message->rax) == MODE_BORROW)
        return clone_lent(worker, message, frame_word_rights(message->r13));
    if (rax_n(message->rax) > 1)
        return ERROR_BAD_COUNT;
    if (rights == 0 || (rights & ~RIGHTS_BY_ADDRESS) != 0)
        return ERROR_BAD_RIGHTS;
    enum error error = frames_look_up(worker, message->words[0], &frame, &count);
    if (error != ERROR_NONE)
        return error;
    reply_handle(worker, message, ACTION_CLONE, frame, rights, count);
    return ERROR_NONE;
}

enum error operation_clone(struct worker *worker, struct message *message)
{
    return clone_lent(worker, message, message->words[0]);
}

enum error operation_drop(struct worker *worker, struct message *message)
{
    uint64_t count = rax_n(message->rax);
    uint64_t unused = count == 1 ? frames_drop(worker, frame_word_frame(message->r13)) : frames_drop_run(worker, count);

    reply_words(worker, message, unused, 0, 0, 0, 0);
    return ERROR_NONE;
}

enum error operation_repurpose(struct worker *worker, struct message *message)
{
    uint64_t kind = message->words[0];

    if (!(frame_word_rights(message->r13) & RIGHT_OWNER))
        return ERROR_MISSING_RIGHT;
    enum error error = frames_repurpose(worker, frame_word_frame(message->r13), kind);
    if (error != ERROR_NONE)
        return error;
    bool changes = worker->pending.action == ACTION_CONVERT;
    reply_words(worker, message, 0, 0, 0, 0, 0);
    if (changes) {
        worker->pending.action = ACTION_CONVERT;
        message->rax = rax_make(SYSTEM_CALL_REPLY_RECEIVE, ACTION_CONVERT, 0, 1, 0);
        message->r13 = worker->pending.frame * FRAME_SIZE;
        message->r14 = kind;
    }
    return ERROR_NONE;
}

enum error operation_info(struct worker *worker, struct message *message)
{
    uint64_t address = message->words[0];
    struct frame_state state;

    if (rax_mode(message->rax) == MODE_BORROW)
        address = frame_word_frame(message->r13) * FRAME_SIZE;
    enum error error = frames_describe(worker, address, &state);
    if (error != ERROR_NONE)
        return error;
    reply_words(worker, message, address, state.ref_count, state.kind_word, state.in_list, state.region);
    return ERROR_NONE;
}

enum error operation_statistics(struct worker *worker, struct message *message)
{
    struct allocator_statistics machine;
    const struct account *account;
    uint32_t payer;

    switch (message->words[0]) {
    case 0:
        allocator_count(worker, &machine);
        reply_words(worker, message, worker->window.frame_count, machine.usable, machine.free, machine.in_use,
                    machine.set_aside);
        return ERROR_NONE;
    case 1: {
        enum error error = payer_of(worker, message, &payer);
        if (error != ERROR_NONE)
            return error;
        account = &worker->keep->accounts[payer];
        reply_words(worker, message, payer, atomic_load_relaxed(&account->used), atomic_load_relaxed(&account->limit),
                    0, 0);
        return ERROR_NONE;
    }
    default:
        return ERROR_BAD_ARGUMENT;
    }
}
