#include "kernel/memory/memory.h"
#include "kernel/memory/physical.h"
#include "kernel/verdict.h"
#include <string.h>

struct memory memory;

uint64_t memory_early_allocate(uint64_t frames)
{
    uint64_t address;

    require(early_allocate(&memory.early, frames, &address), "memory for boot");
    memset(physical_pointer(address), 0, frames * FRAME_SIZE);
    return address;
}
