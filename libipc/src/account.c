/* Accounts, who pays, and who holds what was paid for. */
#include <quire/account.h>

#include "libipc/src/request.h"
#include <quire/slot.h>
#include <string.h>

/* A request of words, answered with words. */
static enum error request_words(struct message *message, enum operation operation)
{
    message->rax = rax_make(SYSTEM_CALL_CALL, ACTION_NONE, MODE_NONE, 0, 0);
    return note_refusal(request(message, operation), message);
}

must_use enum error account_open(const struct account_limits *limits, uint32_t rights, uint32_t *account,
                                 handle *server)
{
    struct message message = {.words = {limits->frames, limits->tables, rights}};
    enum error error = request_handles(&message, MESSAGE_ACCOUNT_OPEN, ACTION_MINT, MODE_NONE, 1, server);

    if (error == ERROR_NONE) {
        *account = (uint32_t)message.words[0];
    }
    return error;
}

must_use enum error account_limit(uint32_t account, const struct account_limits *limits)
{
    struct message message = {.words = {account, limits->frames, limits->tables}};

    return request_words(&message, MESSAGE_ACCOUNT_LIMIT);
}

must_use enum error account_close(uint32_t account, uint64_t *charged)
{
    struct message message = {.words = {account}};
    enum error error = request_words(&message, MESSAGE_ACCOUNT_CLOSE);

    if (error == ERROR_NONE && charged != NULL) {
        *charged = message.words[0];
    }
    return error;
}

must_use enum error account_facts(uint32_t account, struct account_statistics *statistics)
{
    struct message message = {.words = {1, account}}; /* page 1 of the statistics */
    enum error error = request_words(&message, MESSAGE_STATISTICS);

    if (error == ERROR_NONE) {
        *statistics = (struct account_statistics){.account = (uint32_t)message.words[0],
                                                  .used = message.words[1],
                                                  .limit = message.words[2],
                                                  .tables_used = message.words[3],
                                                  .table_limit = message.words[4]};
    }
    return error;
}

must_use enum error account_statistics(struct account_statistics *statistics)
{
    return account_facts(0, statistics);
}

must_use enum error frame_adopt(handle frame)
{
    struct message message = {0};

    return note_refusal(request_lending(&message, MESSAGE_ADOPT, frame, 1), &message);
}

must_use enum error frame_revoke(handle frame, uint64_t *taken)
{
    uint64_t sum = 0;
    struct message message;

    do { /* a message takes a bounded number; the last one finds none */
        message = (struct message){.rax = rax_make(SYSTEM_CALL_CALL, ACTION_REVOKE, MODE_BORROW, 1, 0), .r13 = frame};
        enum error error = request(&message, MESSAGE_REVOKE);

        if (error != ERROR_NONE) {
            return error;
        }
        sum += message.words[0];
    } while (message.words[0] > 0);
    if (taken != NULL) {
        *taken = sum;
    }
    return ERROR_NONE;
}

must_use enum error account_next_holder(uint32_t account, uint64_t *address, struct account_holder *holder)
{
    uint64_t place = *address;
    struct message message;

    do { /* a message walks over a bounded number of frames */
        message = (struct message){.words = {account, place}};
        enum error error = request_words(&message, MESSAGE_WHOHAS);

        if (error != ERROR_NONE) {
            return error;
        }
        place = message.words[0];
    } while (message.words[1] == 0);
    *holder = (struct account_holder){.address = place, .handles = message.words[1]};
    memcpy(holder->name, &message.words[2], sizeof(holder->name));
    holder->name[sizeof(holder->name) - 1] = 0;
    *address = place + FRAME_SIZE;
    return ERROR_NONE;
}
