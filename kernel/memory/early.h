/* The early allocator: whole frames, given out by two bump pointers, until the region table goes to the frame server.
 * What is freed meanwhile is given out again first, and usable like all other memory in the end. One CPU, boot only. */
#ifndef KERNEL_MEMORY_EARLY_H
#define KERNEL_MEMORY_EARLY_H

#include "kernel/memory/region.h"
#include <quire/error.h>
#include <stdbool.h>
#include <stdint.h>

#define EARLY_LOW_END (UINT64_C(1) << 32) /* what the boot page tables map */

struct early_range {
    uint64_t base; /* physical addresses, multiples of 4096; base = end when there is none */
    uint64_t next; /* the first address that was not given out */
    uint64_t end;
};

/* Memory that was freed, with some in use above it. */
struct early_hole {
    uint64_t base;
    uint64_t end;
};
#define EARLY_HOLES 16

struct early {
    struct early_range low;  /* of the largest USABLE stretch below 4 GiB */
    struct early_range high; /* of the largest above */
    bool high_reachable;     /* set by the kernel once its page tables map memory above 4 GiB */
    bool retired;
    uint32_t hole_count;
    struct early_hole holes[EARLY_HOLES]; /* in no order; none overlaps another */
};

/* Takes the largest USABLE stretches (of equals the lowest) of a sealed table, as it is then: what is carved out
 * of it before stays untouched, and nothing else may carve USABLE memory between this and early_retire.
 * A region that crosses 4 GiB counts as two. */
void early_initialise(struct early *early, const struct region_table *table);

/* Gives out adjacent frames, uncleared, from the low range first, and there from holes first. *address is physical.
 * BAD_COUNT: frames is 0. NO_MEMORY: neither range (the high one only if reachable) has that many together.
 * NOT_PERMITTED: after early_retire. */
must_use enum error early_allocate(struct early *early, uint64_t frames, uint64_t *address);

/* Takes back adjacent frames that were given out, together or not. NOT_ALIGNED; BAD_COUNT: frames is 0; OUT_OF_BOUND: some
 * were never given out; UNUSED: some were freed already; NO_ROOM: there are EARLY_HOLES holes and this were one more;
 * NOT_PERMITTED: after early_retire. Then nothing has changed. */
must_use enum error early_free(struct early *early, uint64_t address, uint64_t frames);

/* Carves what is given out as EARLY; nothing is given out any more.
 * NO_ROOM: the table is full; it and the allocator are unchanged. NOT_PERMITTED: retired already. */
must_use enum error early_retire(struct early *early, struct region_table *table);

#endif
