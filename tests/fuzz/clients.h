/* Clients of the frame server and the kernel between them, as far as the server can tell: tables of handles, the ledger,
 * what may be lent, moved and dropped, and what a reply's action does. */
#ifndef TESTS_FUZZ_CLIENTS_H
#define TESTS_FUZZ_CLIENTS_H

#include "tests/host/audit_world.h"

#define CLIENT_ENTRIES 128
#define CLIENT_FRAMES 256
#define CLIENT_ACCOUNTS 16 /* in whose names the clients can call: 1, 2, and the first that they opened */

/* A handle of one of the clients. */
struct client_entry {
    uint64_t frame;
    uint32_t rights;
    uint32_t account; /* whose it is; 0: the entry is empty */
};

struct clients {
    struct world *world;
    struct worker *worker;
    struct client_entry entries[CLIENT_ENTRIES];
    uint32_t accounts[CLIENT_ACCOUNTS]; /* numbers in badges that exist */
    uint32_t account_count;
    /* The ledger. */
    uint32_t handles[CLIENT_FRAMES];
    enum kind kinds[CLIENT_FRAMES];
    uint32_t moved_by[CLIENT_FRAMES]; /* account whose handle went to the server, or 0 */
    struct client_entry *lent;        /* with the call that is being served */
    uint64_t stripped;                /* handles, for that call */
    struct audit_ledger *ledger;      /* the same for the auditor */
};

/* A call as a client makes it. */
struct client_call {
    uint32_t account;
    uint32_t mode;
    uint32_t want;
    uint32_t count;
    uint32_t entry;       /* the first handle that goes along is this one of its account, counted modulo their number */
    uint32_t other_entry; /* likewise the second */
    uint32_t services;
    uint64_t label;
    uint64_t words[MESSAGE_WORDS];
    bool kernel_refuses;   /* the reply's action */
    bool server_is_killed; /* before it replies */
};

/* Makes the clients of a new world; they have no handles. */
void clients_start(struct clients *clients, struct world *world);

/* Makes the call, if the kernel would deliver it, and does what the reply asks for. Checks reply and state. */
void clients_call(struct clients *clients, const struct client_call *call);

/* Drops all handles: then every frame has to be free. */
void clients_end(struct clients *clients);

/* The number-th frame that is in a list, counted modulo their number; 0 if none is. */
uint64_t clients_listed(const struct clients *clients, uint32_t number);

#endif
