/* Restarts of the server in a world. */
#ifndef TESTS_HOST_RECOVER_WORLD_H
#define TESTS_HOST_RECOVER_WORLD_H

#include "tests/host/frames_world.h"

/* What a restarted server does before it serves, for all workers. */
void world_recover(struct world *world, const struct kernel_calls *kernel, uint64_t reason);

#endif
