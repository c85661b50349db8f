/* The metadata window: 64 bytes for every frame, in the frame server's address space at WINDOW_ADDRESS.
 * Its pages and page tables are absent until first touch; the fault backs them from the memory that
 * kernel/memory/reserve.h sets aside. Once a page is there the kernel neither reads nor writes it. */
#ifndef KERNEL_MEMORY_WINDOW_H
#define KERNEL_MEMORY_WINDOW_H

#include <quire/slot.h>
#include <stdbool.h>
#include <stdint.h>

/* Takes the slot that the frame server wants for untouched frames of each region type, from an array of
 * REGION_TYPES slots; the kernel does not know what is in them. */
void window_patterns_set(const struct slot *patterns);

/* Backs the page of a fault at a virtual address, in the address space of a root table. True when the task can
 * go on (somebody else may be about to back it: then it faults again); false when the address is outside of the
 * window, belongs to no memory that has slots, or no patterns are set. */
bool window_back(uint64_t root, uint64_t virtual_address);

#endif
