/* The accounts that something is charged to: how much, in which colour, and what a task that holds some of it is called. */
#ifndef SERVERS_FRAMEMAP_CLIENTS_H
#define SERVERS_FRAMEMAP_CLIENTS_H

#include <quire/client.h>
#include <stdbool.h>
#include <stdint.h>

#define CLIENTS_MAX 32
#define CLIENT_OTHERS CLIENTS_MAX /* in place of a client, when there are more */

struct client {
    uint32_t account; /* 0: this place is free */
    char name[START_NAME];
    uint64_t frames;  /* in the last walk that is over */
    uint64_t counted; /* in this one */
    uint64_t witness; /* address of a frame that a task which pays for it holds, best of all by itself; 0: none */
    uint32_t witness_rank;
    bool named; /* in this life */
};

struct clients {
    struct client clients[CLIENTS_MAX];
};

/* Counts frames that an account is charged with. Returns the client's place, or CLIENT_OTHERS. */
uint32_t clients_count(struct clients *clients, const struct frame_run *run);

/* A walk is over: who had nothing in it is forgotten. */
void clients_settle(struct clients *clients);

/* The places of the clients with most frames first, up to `limit` of them. Returns how many. */
uint32_t clients_busiest(const struct clients *clients, uint32_t *places, uint32_t limit);

#endif
