/* The machine's memory, as boot found it and divided it up: written until the first task runs, constant after. */
#ifndef KERNEL_MEMORY_MEMORY_H
#define KERNEL_MEMORY_MEMORY_H

#include "kernel/memory/early.h"
#include "kernel/memory/region.h"
#include "kernel/memory/reserve.h"

struct memory {
    struct region_table regions;
    struct early early;
    struct reserve reserve;
};

extern struct memory memory;

/* Zeroed adjacent frames for the kernel, in *address (physical). NO_MEMORY: too little is left.
 * NOT_PERMITTED: boot is over; the kernel allocates nothing any more. */
must_use enum error memory_early_allocate(uint64_t frames, uint64_t *address);

#endif
