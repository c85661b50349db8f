/* What boot learned about the machine and set aside; written until the first task runs, read-only after. */
#ifndef KERNEL_BOOT_MACHINE_H
#define KERNEL_BOOT_MACHINE_H

#include "kernel/boot/early.h"
#include "kernel/boot/multiboot2.h"
#include "kernel/boot/region.h"
#include "kernel/memory/reserve.h"

struct machine {
    struct boot_data boot;
    struct region_table regions;
    struct early early;
    struct reserve reserve;
};

extern struct machine machine;

/* Zeroed frames for the kernel, before the first task runs only. NO_MEMORY: too little is left, or boot is over. */
must_use enum error machine_early_allocate(uint64_t frames, uint64_t *address);

#endif
