#include "kernel/memory/memory.h"
#include "kernel/memory/physical.h"
#include "kernel/verdict.h"
#include <string.h>

struct memory memory;
const char *memory_wanted_for = "page tables";

uint64_t memory_early_allocate(uint64_t frames)
{
    uint64_t address;

    if (early_allocate(&memory.early, frames, &address) != ERROR_NONE)
        refuse("%s: this machine has too little memory", memory_wanted_for);
    memset(physical_pointer(address), 0, frames * FRAME_SIZE);
    return address;
}
