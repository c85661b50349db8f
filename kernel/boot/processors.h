/* The other CPUs: found in the firmware's tables, woken one after the other. */
#ifndef KERNEL_BOOT_PROCESSORS_H
#define KERNEL_BOOT_PROCESSORS_H

#include "kernel/boot/multiboot2.h"

/* Finds them, at most so many as the option `cpus=N` allows, and puts the code in place that they start with. The boot page
 * tables are in use: firmware's tables may lie where the final ones map nothing. */
void processors_find(const struct boot_data *data);

/* Wakes them. Each that answers gets the next number in cpus[], runs with its timer, and waits for a task. One that does not
 * is told on the console, and left out; if it wakes later it halts. The CPU that booted has its local APIC and has
 * measured its timer; the early allocator is there. */
void processors_wake(void);

#endif
