/* Physical addresses and frame numbers as kernel pointers, through the direct map. */
#ifndef KERNEL_MEMORY_PHYSICAL_H
#define KERNEL_MEMORY_PHYSICAL_H

#include "kernel/layout.h"
#include <quire/slot.h>
#include <stdint.h>

static inline void *physical_pointer(uint64_t address)
{
    return (void *)(DIRECT_MAP_ADDRESS + address);
}

static inline uint64_t physical_address(const void *pointer)
{
    return (uint64_t)(uintptr_t)pointer - DIRECT_MAP_ADDRESS;
}

static inline void *frame_pointer(uint64_t frame)
{
    return physical_pointer(frame * FRAME_SIZE);
}

#endif
