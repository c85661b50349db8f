/* A thread for each worker of the frame server, all serving calls on the same frames and lists at once, under the thread
 * sanitizer. At the end every frame that a client still has is dropped: then all memory has to be free and to fit. */
#include "servers/frameserv/core/accounts.h"
#include "tests/threads/client.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* So many calls of each thread take 10 to 20 seconds. */
#define CALLS 120000

/* Small, so that threads meet: about half of it is in use. */
static const struct world_region regions[] = {
    {REGION_USABLE, 90}, {REGION_RESERVED, 6}, {REGION_USABLE, 64}, {REGION_KERNEL, 4}, {REGION_UNKNOWN, 0}};

static struct client clients[WORLD_WORKERS];

static void *run(void *argument)
{
    struct client *client = argument;

    for (uint64_t k = 0; k < CALLS; k++)
        client_step(client);
    return NULL;
}

int main(int count, char **arguments)
{
    uint64_t seed = count > 1 ? strtoull(arguments[1], NULL, 0) : 1;
    pthread_t threads[WORLD_WORKERS];
    struct world *world = world_create(regions);
    uint64_t calls[MESSAGES] = {0};
    uint64_t served[MESSAGES] = {0};
    int failed = 0;

    clients_begin(clients, world, seed);
    for (uint32_t k = 0; k < WORLD_WORKERS; k++) {
        if (pthread_create(&threads[k], NULL, run, &clients[k]) != 0)
            return 2;
    }
    for (uint32_t k = 0; k < WORLD_WORKERS; k++)
        pthread_join(threads[k], NULL);
    for (uint32_t k = 0; k < WORLD_WORKERS; k++) {
        for (uint32_t n = 0; n < MESSAGES; n++) {
            calls[n] += clients[k].calls[n];
            served[n] += clients[k].served[n];
        }
    }
    world_check(world);
    clients_finish(clients);
    uint64_t charged = world_check(world).charged;
    for (uint32_t n = 0; n < MESSAGES; n++) {
        if (calls[n] == 0)
            continue;
        printf("%-12s %8lu calls, %8lu served\n", client_operation_name(n), calls[n], served[n]);
        failed += served[n] == 0; /* then the sanitizer saw nothing of it */
    }
    printf("%lu frames left at the end\n", charged);
    failed += charged != 0;
    accounts_settle(&world->workers[0]);
    world_check(world);
    for (uint32_t k = 1; k <= 3; k++)
        failed += world->keep->accounts[k].passed != 0; /* to accounts that are all closed */
    printf("%d passed, %d failed\n", failed == 0, failed != 0);
    world_destroy(world);
    return failed != 0;
}
