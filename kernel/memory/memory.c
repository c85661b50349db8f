#include "kernel/memory/memory.h"
#include "kernel/memory/physical.h"
#include <string.h>

struct memory memory;

enum error memory_early_allocate(uint64_t frames, uint64_t *address)
{
    enum error error = early_allocate(&memory.early, frames, address);

    if (!error)
        memset(physical_pointer(*address), 0, frames * FRAME_SIZE);
    return error;
}
