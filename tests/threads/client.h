/* A client of one worker, and the kernel between them as far as it matters here. */
#ifndef TESTS_THREADS_CLIENT_H
#define TESTS_THREADS_CLIENT_H

#include "tests/host/frames_world.h"
#include "tests/host/random.h"

#define CLIENT_HANDLES 40
#define CLIENT_OPENED 4
#define CLIENT_LISTS 2 /* that all clients have a handle to */

struct client {
    struct worker *worker;
    struct random random;
    uint32_t account;
    uint32_t payer; /* its account, or one of those that it opened: */
    uint32_t opened[CLIENT_OPENED];
    uint32_t opened_count;
    uint32_t count;
    struct client_handle {
        uint64_t frame;
        bool unique;
    } handles[CLIENT_HANDLES];
    uint64_t lists[CLIENT_LISTS];
    uint64_t calls[MESSAGES];
    uint64_t served[MESSAGES]; /* without an error */
    uint64_t stripped;         /* for the call that is served */
};

/* Makes a client for each worker of the world, and the lists that they share. One thread. */
void clients_begin(struct client *clients, struct world *world, uint64_t seed);

/* Makes one call, drawn at random, or a few that belong together. */
void client_step(struct client *client);

/* Drops all that the clients have, lists too. One thread. */
void clients_finish(struct client *clients);

/* The kernel, as far as it is asked for handles: those of the client whose call the thread serves. */
extern const struct kernel_calls client_kernel;

const char *client_operation_name(uint32_t operation);

#endif
