#include "servers/framemap/clients.h"

#include <quire/slot.h>
#include <string.h>

/* How surely a holder of a frame of this kind is the task that pays for it: its tables nobody else holds. */
static uint32_t rank(const struct frame_run *run)
{
    if (run->listed) {
        return 0; /* a list's frames have no holder */
    }
    switch (run->kind) {
    case KIND_TASK:
        return 5; /* who made a task pays for it, and holds it */
    case KIND_HANDLE_TABLE:
        return 4;
    case KIND_PAGE_TABLE:
    case KIND_LIST: /* stays, while the frames for it come and go */
        return 3;
    case KIND_UNTYPED:
    case KIND_DEVICE:
        return 2;
    default:
        return 1;
    }
}

static struct client *find(struct clients *clients, uint32_t account)
{
    struct client *empty = NULL;

    for (uint32_t k = 0; k < CLIENTS_MAX; k++) {
        struct client *client = &clients->clients[k];

        if (client->account == account) {
            return client;
        }
        if (client->account == 0 && empty == NULL) {
            empty = client;
        }
    }
    if (empty != NULL) {
        *empty = (struct client){.account = account};
    }
    return empty;
}

uint32_t clients_count(struct clients *clients, const struct frame_run *run)
{
    struct client *client = find(clients, run->payer);

    if (client == NULL) {
        return CLIENT_OTHERS;
    }
    client->counted += (run->end - run->first) / FRAME_SIZE;
    if (rank(run) > client->witness_rank) {
        client->witness_rank = rank(run);
        client->witness = run->first;
    }
    return (uint32_t)(client - clients->clients);
}

void clients_settle(struct clients *clients)
{
    for (uint32_t k = 0; k < CLIENTS_MAX; k++) {
        struct client *client = &clients->clients[k];

        if (client->counted == 0) {
            memset(client, 0, sizeof(*client));
        }
        client->frames = client->counted;
        client->counted = 0;
        client->witness_rank = 0;
    }
}

uint32_t clients_busiest(const struct clients *clients, uint32_t *places, uint32_t limit)
{
    uint32_t count = 0;

    for (uint32_t k = 0; k < CLIENTS_MAX; k++) {
        uint64_t frames = clients->clients[k].frames;
        uint32_t at = count;

        if (frames == 0) {
            continue;
        }
        while (at > 0 && clients->clients[places[at - 1]].frames < frames) {
            if (at < limit) {
                places[at] = places[at - 1];
            }
            at--;
        }
        if (at < limit) {
            places[at] = k;
            count += count < limit;
        }
    }
    return count;
}
