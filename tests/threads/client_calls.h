/* How a client calls. For the files of clients. */
#ifndef TESTS_THREADS_CLIENT_CALLS_H
#define TESTS_THREADS_CLIENT_CALLS_H

#include "servers/frameserv/core/dispatch.h"
#include "servers/frameserv/core/quick.h"
#include "tests/threads/client.h"
#include <string.h>

/* A call as the kernel delivers it. */
static inline struct message message_make(const struct client *client, uint32_t operation, enum mode mode,
                                          enum action want, uint32_t count)
{
    return (struct message){.rax = rax_make(ERROR_NONE, want, mode, count, 0),
                            .rdi = badge_make(client->payer, SERVICE_RIGHT_CLAIM | SERVICE_RIGHT_LOOKUP),
                            .rsi = operation};
}

static inline struct message lend(const struct client *client, uint32_t operation, enum action want, uint64_t frame)
{
    struct message message = message_make(client, operation, MODE_BORROW, want, 1);

    message.r13 = frame_word_make(frame, RIGHTS_FRAME);
    return message;
}

static inline enum error serve(struct client *client, struct message *message)
{
    uint32_t operation = label_operation(message->rsi);

    memset(client->worker->control, 0, sizeof(*client->worker->control));
    client->calls[operation] += 1;
    client->stripped = 0;
    if (!quick_serve(client->worker, message))
        dispatch(client->worker, message);
    client->served[operation] += message->rsi == ERROR_NONE;
    return (enum error)message->rsi;
}

/* Now and then the kernel refuses. */
static inline bool refused(struct client *client, struct message *message)
{
    if (random_below(&client->random, 16) != 0)
        return false;
    message->rax = ERROR_REVOKED;
    dispatch_refused(client->worker, message);
    return true;
}

/* One call about accounts, or about who pays and who holds. */
void account_step(struct client *client);

/* Closes all accounts that the client opened; what they pay for stays. */
void accounts_finish(struct client *client);

#endif
