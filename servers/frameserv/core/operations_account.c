/* Operations on accounts, and on who pays. */
#include "servers/frameserv/core/accounts.h"
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/note.h"
#include "servers/frameserv/core/operations.h"
#include "servers/frameserv/core/shortage.h"

/* Tries an operation on the tree of accounts again as long as that may help. It sweeps the tree itself. */
static bool try_again(struct worker *worker, enum error *error, bool *tried)
{
    return *error == ERROR_OVER_LIMIT && shortage_eased(worker, error, tried);
}

/* A mint is a further handle to the server's own endpoint, whose frame the transfer page names as an intent: the single one
 * will be the account. */
static enum error mint_count(struct worker *worker)
{
    uint64_t count;

    if (worker->keep->endpoint == 0)
        return ERROR_NONE;
    atomic_store_release(&worker->transfer[0], worker->keep->endpoint - 1);
    intent_set_run(worker, 1);
    return frames_clone(worker, worker->keep->endpoint - 1, &count);
}

void mint_uncount(struct worker *worker)
{
    if (worker->keep->endpoint != 0)
        frames_drop(worker, worker->keep->endpoint - 1);
}

enum error operation_account_open(struct worker *worker, struct message *message)
{
    const struct account_terms terms = {.limits = {message->words[0], message->words[1]}};
    uint64_t rights = message->words[2];
    bool tried = false;
    uint32_t caller;
    uint32_t number;
    enum error error = payer_of(worker, message, &caller);

    if (error != ERROR_NONE)
        return error;
    if (rax_n(message->rax) > 1)
        return ERROR_BAD_COUNT;
    if ((rights & ~(uint64_t)badge_rights(message->rdi)) != 0)
        return ERROR_BAD_RIGHTS;
    error = mint_count(worker);
    if (error != ERROR_NONE)
        return error;
    do {
        error = accounts_open(worker, caller, &terms, &number);
    } while (try_again(worker, &error, &tried));
    if (error == ERROR_NONE)
        reply_mint(worker, message, number, (uint32_t)rights);
    else
        mint_uncount(worker);
    return error;
}

enum error operation_account_limit(struct worker *worker, struct message *message)
{
    const struct account_terms terms = {.limits = {message->words[1], message->words[2]}};
    bool tried = false;
    uint32_t caller;
    enum error error = payer_of(worker, message, &caller);

    if (error != ERROR_NONE)
        return error;
    if (note_is_done(worker)) {
        reply_words(worker, message, 0, 0, 0, 0, 0);
        return ERROR_NONE;
    }
    note_begin(worker);
    do {
        error = accounts_limit(worker, caller, message->words[0], &terms);
    } while (try_again(worker, &error, &tried));
    if (error == ERROR_NONE)
        reply_words(worker, message, 0, 0, 0, 0, 0);
    return error;
}

enum error operation_account_close(struct worker *worker, struct message *message)
{
    uint64_t charged;
    uint32_t caller;
    enum error error = payer_of(worker, message, &caller);

    if (error == ERROR_NONE)
        error = accounts_close(worker, caller, message->words[0], &charged);
    if (error == ERROR_NONE)
        reply_words(worker, message, charged, 0, 0, 0, 0);
    return error;
}

enum error operation_adopt(struct worker *worker, struct message *message)
{
    bool tried = false;
    uint32_t payer;
    enum error error = payer_of(worker, message, &payer);

    if (error != ERROR_NONE)
        return error;
    if (!(frame_word_rights(message->r13) & RIGHT_OWNER))
        return ERROR_MISSING_RIGHT;
    do {
        error = frames_adopt(worker, frame_word_frame(message->r13), payer);
    } while (error != ERROR_NONE && shortage_eased(worker, &error, &tried));
    if (error == ERROR_NONE)
        reply_words(worker, message, 0, 0, 0, 0, 0);
    return error;
}
