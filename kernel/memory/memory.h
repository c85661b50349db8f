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
extern const char *memory_wanted_for; /* what boot is about to make, for the complaint when memory does not suffice */

/* The physical address of zeroed adjacent frames for the kernel, during boot only. With too little memory no task can
 * run: the machine is refused. */
uint64_t memory_early_allocate(uint64_t frames);

#endif
