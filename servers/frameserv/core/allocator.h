/* Free frames become charged, and charged ones free: each time the free structures, the payer in the slot and the
 * account change in one transaction. Slots' ref_count stays UNUSED on both sides; frames.c changes it.
 *
 * No function here has a transaction or a lock of the caller's to share; each takes the locks that it needs. The payer of a
 * frame that is taken is the number of an account (NotPermitted: it is not open); of one that is given back, the place of the
 * account in the frame's slot. A frame that was taken has the kind UNTYPED. */
#ifndef FRAMESERV_CORE_ALLOCATOR_H
#define FRAMESERV_CORE_ALLOCATOR_H

#include "servers/frameserv/core/worker.h"

/* Many frames are taken and given back as whole blocks of these orders, 16 to 512 frames: a transaction for each. */
#define CHUNK_ORDER_MIN 4
#define CHUNK_ORDER_MAX 9

/* Takes one free frame and sets the intent to it. Errors: OverLimit, NoMemory (no frame is free). */
must_use enum error allocator_take(struct worker *worker, uint32_t payer, uint64_t *frame);

/* Takes some, 1 or more, of the `wanted` frames that are still to come. Their numbers go into the transfer page
 * from place `done` on, and the intent is set to the page so far.
 * Errors: OverLimit (all wanted ones are too many), NoMemory (no frame is free); then nothing was taken. */
must_use enum error allocator_take_some(struct worker *worker, uint32_t payer, uint64_t done, uint64_t wanted,
                                        uint64_t *taken);

/* Takes `count` frames, 1 to TRANSFER_FRAMES, as wished, into the transfer page, with intents; all or none.
 * Errors: OverLimit; NoMemory: no frame is free, or none as wished, wherever it lies (buddy_find_run says how far
 * a run is looked for). */
must_use enum error allocator_take_run(struct worker *worker, uint32_t payer, uint64_t count,
                                       const struct run_wish *wish);

/* Takes a given frame, which has a slot that reads UNUSED; one of a device stays of that kind. Errors: OverLimit; Busy: the
 * frame is neither the allocator's nor in use, but on its way between the two. */
must_use enum error allocator_claim(struct worker *worker, uint32_t payer, uint64_t frame);

/* Gives a frame back whose slot reads UNUSED; _device: one of a device's memory, which nobody gets but by its address. */
void allocator_give(struct worker *worker, uint64_t frame, uint32_t payer);
void allocator_give_device(struct worker *worker, uint64_t frame, uint32_t payer);

/* The same for the 2^order frames from `first` on, a multiple of their number; order <= CHUNK_ORDER_MAX; all have one
 * kind word, whose payer is discharged. */
void allocator_give_chunk(struct worker *worker, uint64_t first, uint32_t order);

/* Charges a frame to ACCOUNT_SYSTEM instead: it does not read UNUSED although it was free, so nobody gets it. */
void allocator_disown(struct worker *worker, uint64_t frame, uint32_t payer);

/* Counts of frames. usable = free + in_use; usable + set_aside is all memory that has slots. */
struct allocator_statistics {
    uint64_t usable;
    uint64_t free;
    uint64_t in_use;
    uint64_t set_aside;
};

/* Takes all locks for a moment, so the numbers fit one another. Its cost depends on the workers, not on memory. */
void allocator_count(struct worker *worker, struct allocator_statistics *statistics);

#endif
