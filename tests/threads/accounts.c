/* Calls about accounts, about who pays, and about who holds. */
#include "servers/frameserv/core/accounts.h"
#include "tests/threads/client_calls.h"

static _Thread_local struct client *caller; /* the thread's, while it revokes */
static _Thread_local const struct client_handle *lent;

/* Only the client's own handles can be taken away: others have theirs in a table that another thread uses. */
static enum error strip(uint64_t *taken, uint64_t *left, uint64_t *total)
{
    uint64_t frame = lent->frame;
    uint32_t count = 0;
    uint32_t kept = 0;

    for (uint32_t k = 0; k < caller->count; k++) {
        const struct client_handle *handle = &caller->handles[k];
        if (handle != lent && handle->frame == frame && count < 2)
            count += 1;
        else {
            if (handle == lent)
                lent = &caller->handles[kept];
            caller->handles[kept++] = *handle;
        }
    }
    caller->count = kept;
    *taken = count;
    *left = 1;
    caller->stripped += count;
    *total = caller->stripped;
    return ERROR_NONE;
}

static enum error holder(uint64_t frame, uint64_t name[3])
{
    name[0] = frame + 1;
    return ERROR_NONE;
}

const struct kernel_calls client_kernel = {.strip = strip, .holder = holder};

static void open_one(struct client *client)
{
    struct message message = message_make(client, MESSAGE_ACCOUNT_OPEN, MODE_NONE, ACTION_MINT, 1);
    bool limited = client->payer != client->account || random_below(&client->random, 4) != 0;

    message.words[0] = limited ? random_below(&client->random, 30) : ACCOUNT_UNLIMITED;
    message.words[1] = limited ? random_below(&client->random, 3) : ACCOUNT_UNLIMITED;
    if (client->opened_count == CLIENT_OPENED || serve(client, &message) != ERROR_NONE || refused(client, &message))
        return;
    client->opened[client->opened_count++] = (uint32_t)message.words[0];
}

/* Some of them were opened by others of them, and go with those. */
static void forget_closed(struct client *client)
{
    uint32_t kept = 0;

    for (uint32_t k = 0; k < client->opened_count; k++) {
        if (account_is(&client->worker->keep->accounts[account_place(client->opened[k])], client->opened[k]))
            client->opened[kept++] = client->opened[k];
    }
    client->opened_count = kept;
    client->payer = client->account;
}

static void close_one(struct client *client, uint32_t which)
{
    struct message message = message_make(client, MESSAGE_ACCOUNT_CLOSE, MODE_NONE, ACTION_NONE, 0);

    message.words[0] = client->opened[which];
    message.rdi = badge_make(client->account, 0);
    (void)serve(client, &message); /* NoAccount: it is a child's child */
    forget_closed(client);
}

static void limit_one(struct client *client, uint32_t which)
{
    struct message message = message_make(client, MESSAGE_ACCOUNT_LIMIT, MODE_NONE, ACTION_NONE, 0);

    message.rdi = badge_make(client->account, 0);
    message.words[0] = client->opened[which];
    message.words[1] = random_below(&client->random, 60);
    message.words[2] = random_below(&client->random, 4);
    (void)serve(client, &message);
}

static void adopt(struct client *client)
{
    struct message message =
        lend(client, MESSAGE_ADOPT, ACTION_NONE, client->handles[random_below(&client->random, client->count)].frame);

    (void)serve(client, &message);
}

static void revoke(struct client *client)
{
    lent = &client->handles[random_below(&client->random, client->count)];
    caller = client;
    struct message message = lend(client, MESSAGE_REVOKE, ACTION_REVOKE, lent->frame);
    expect_eq(serve(client, &message), ERROR_NONE);
}

static void ask(struct client *client)
{
    struct message message = message_make(client, MESSAGE_WHOHAS, MODE_NONE, ACTION_NONE, 0);

    message.words[0] = random_below(&client->random, 8);
    (void)serve(client, &message);
    message = message_make(client, MESSAGE_STATISTICS, MODE_NONE, ACTION_NONE, 0);
    message.words[0] = 1;
    message.words[1] = random_below(&client->random, 8);
    (void)serve(client, &message);
}

void account_step(struct client *client)
{
    uint32_t which = (uint32_t)random_below(&client->random, CLIENT_OPENED);

    switch (random_below(&client->random, 8)) {
    case 0:
        open_one(client);
        break;
    case 1:
        if (which < client->opened_count)
            close_one(client, which);
        break;
    case 2:
        if (which < client->opened_count)
            limit_one(client, which);
        break;
    case 3:
        ask(client);
        break;
    case 4:
        client->payer = which < client->opened_count ? client->opened[which] : client->account;
        break;
    case 5:
    case 6:
        if (client->count > 0)
            adopt(client);
        break;
    default:
        if (client->count > 0)
            revoke(client);
        break;
    }
}

void accounts_finish(struct client *client)
{
    for (uint32_t k = 0; client->opened_count > 0; k++)
        close_one(client, k % client->opened_count);
}
