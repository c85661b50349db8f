/* What the frame server does with frames: every operation as a whole, over slot, allocator and account.
 *
 * An error leaves everything as it was. Numbers of frames that come with handles come from the kernel and name
 * frames with slots; addresses come from clients and can be anything. */
#ifndef FRAMESERV_CORE_FRAMES_H
#define FRAMESERV_CORE_FRAMES_H

#include "servers/frameserv/core/worker.h"

/* A free frame, UNTYPED with count 1, charged to the payer, an open account.
 * Errors: OverLimit, NoMemory. Busy, InUse, Unique: a free frame's slot said so; it will not be given out again. */
must_use enum error frames_allocate(struct worker *worker, uint32_t payer, uint64_t *frame);

/* `count` such frames, 1 to TRANSFER_FRAMES, into the transfer page; contiguous: they follow one another.
 * Errors: as above. */
must_use enum error frames_allocate_run(struct worker *worker, uint32_t payer, uint64_t count, bool contiguous);

/* The frame at an address, as frames_allocate gives it. Errors: NotAligned, OutOfBound, Hole, Reserved, Unique, Busy,
 * InUse, OverLimit. */
must_use enum error frames_claim(struct worker *worker, uint32_t payer, uint64_t address, uint64_t *frame);

/* Counts one more handle to the untyped frame at an address. *count is then their number.
 * Errors: NotAligned, OutOfBound, Hole, Reserved, Unused, Unique, Busy, WrongKind, TooManyHandles. */
must_use enum error frames_look_up(struct worker *worker, uint64_t address, uint64_t *frame, uint64_t *count);

/* The same for a frame that was lent, of any kind that can be shared. Errors: Unique (its kind can't be
 * shared), Busy and Unused (the handle was taken back meanwhile), TooManyHandles. */
must_use enum error frames_clone(struct worker *worker, uint64_t frame, uint64_t *count);

/* Takes one handle away that has left its holder's table. With the last the frame becomes unused and free.
 * Returns how many frames became unused: 0 or 1. A frame without a handle to take away is left as it is. */
uint64_t frames_drop(struct worker *worker, uint64_t frame);

/* The same for the first `count` frames of the transfer page. Returns how many became unused. */
uint64_t frames_drop_run(struct worker *worker, uint64_t count);

/* Changes the kind of a frame that was lent and has one handle; the slot's storage is cleared. worker->pending receives
 * what frames_take_back_kind needs, or action NONE when the kind was that one already.
 * Errors: WrongKind (only UNTYPED, PAGE_TABLE and HANDLE_TABLE turn into one another), Shared, Busy, Unused. */
must_use enum error frames_repurpose(struct worker *worker, uint64_t frame, uint64_t kind);

/* Makes a change of kind undone that the kernel refused. */
void frames_take_back_kind(struct worker *worker, const struct pending *pending);

/* What is known about a frame, at one moment if nobody else uses it. */
struct frame_state {
    uint64_t ref_count;
    uint64_t kind_word;
    uint64_t in_list;
    uint32_t region; /* enum region_type */
};

/* Errors: NotAligned, OutOfBound. Memory without slots is described by its region. */
must_use enum error frames_describe(struct worker *worker, uint64_t address, struct frame_state *state);

/* For recovery, while no worker runs, transactions are rolled back and locks are open: brings a frame that an
 * interrupted call touched to the state that follows from the kernel's ledger: `handles` to it exist, of kind
 * `kind`. Harmless on any frame, and doing it twice is the same as doing it once. */
void frames_reconcile(struct worker *worker, uint64_t frame, uint64_t handles, enum kind kind);

#endif
