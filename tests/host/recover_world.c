#include "tests/host/recover_world.h"

#include "servers/frameserv/core/recover.h"

void world_recover(struct world *world, const struct kernel_calls *kernel, uint64_t reason)
{
    struct worker worker = world->workers[0];

    worker.kernel = kernel;
    recover(&worker, WORLD_WORKERS, reason, world_worker_make);
}
