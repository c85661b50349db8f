#include "servers/frameserv/reclaim.h"

#include "servers/frameserv/core/boot.h"
#include <quire/system_call.h>

static enum error ask_kernel(uint64_t first, uint64_t count)
{
    return system_call_release(first, count);
}

uint64_t reclaim(struct worker *worker)
{
    return boot_release(worker, ask_kernel);
}
