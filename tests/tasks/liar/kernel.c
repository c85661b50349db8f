/* In place of servers/frameserv/kernel.c: memory that only boot needed stays set aside, for lies about it. */
#include "servers/frameserv/kernel.h"

#include <quire/system_call.h>

static enum error strip(uint64_t *taken, uint64_t *left)
{
    return system_call_strip(taken, left);
}

static enum error holder(uint64_t frame, uint64_t name[3])
{
    return system_call_holder(frame, name);
}

const struct kernel_calls kernel_calls = {.strip = strip, .holder = holder};

must_use enum error kernel_release(uint64_t first, uint64_t count)
{
    (void)first;
    (void)count;
    return ERROR_RESERVED;
}
