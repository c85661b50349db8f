/* Frames of one kind, bought at once, then used one run after the other. */
#ifndef LIBIPC_SRC_SUPPLY_H
#define LIBIPC_SRC_SUPPLY_H

#include <quire/entries.h>
#include <quire/abi.h>

#define SUPPLY_RUN MOVE_HANDLES_MAX /* frames whose handles follow one another: what one message moves */

struct supply {
    uint32_t count;
    uint32_t used;                         /* the first of them, which have gone elsewhere */
    handle runs[ENTRIES_MAX / SUPPLY_RUN]; /* the first handle of each run */
};

/* Buys `count` frames (below ENTRIES_MAX; 0: none), or none on an error. Errors: those of frame_allocate_run and frame_repurpose. */
must_use enum error supply_buy(struct supply *supply, uint32_t count, enum kind kind);

/* The handle of a frame. number < supply->count */
handle supply_frame(const struct supply *supply, uint32_t number);

/* The handles to use next: *first and those that follow it. Returns how many, at most `wanted`; 0: all are used. Who uses some adds them to supply->used. */
uint32_t supply_next(const struct supply *supply, uint32_t wanted, handle *first);

/* Gives back what was not used. */
void supply_return(struct supply *supply);

#endif
