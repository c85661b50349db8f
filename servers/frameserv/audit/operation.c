/* The operation of messages.def. */
#include "servers/frameserv/audit/audit.h"
#include "servers/frameserv/core/operations.h"

enum error operation_audit(struct worker *worker, struct message *message)
{
    struct audit_told told;

    if (message->words[1] > 1)
        return ERROR_BAD_ARGUMENT;
    enum error error = audit_turn(worker, message->words[0], message->words[1] != 0, &told);
    if (error == ERROR_NONE)
        reply_words(worker, message, told.next, told.fault, told.where, told.should, told.is);
    return error;
}
