/* Operations on the holders of frames. */
#include "servers/frameserv/core/accounts.h"
#include "servers/frameserv/core/holders.h"
#include "servers/frameserv/core/operations.h"

enum error operation_revoke(struct worker *worker, struct message *message)
{
    uint64_t taken;
    uint64_t left;

    if (!(frame_word_rights(message->r13) & RIGHT_OWNER))
        return ERROR_MISSING_RIGHT;
    enum error error = holders_revoke(worker, frame_word_frame(message->r13), &taken, &left);
    if (error == ERROR_NONE)
        reply_words(worker, message, taken, left, 0, 0, 0);
    return error;
}

enum error operation_whohas(struct worker *worker, struct message *message)
{
    struct holder holder;
    uint32_t payer;
    enum error error = account_named(worker, message, message->words[0], &payer);

    if (error == ERROR_NONE)
        error = holders_next(worker, payer, message->words[1], &holder);
    if (error == ERROR_NONE)
        reply_words(worker, message, holder.address, holder.handles, holder.name[0], holder.name[1], holder.name[2]);
    return error;
}
