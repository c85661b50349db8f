/* What the frame server does with frames: every operation as a whole, over slot, allocator and account.
 *
 * `payer` is the number of an account; NotPermitted: it is not open, or no more. An error leaves everything as it was. Numbers of frames that come with handles come from the kernel and name
 * frames with slots; addresses come from clients and can be anything. */
#ifndef FRAMESERV_CORE_FRAMES_H
#define FRAMESERV_CORE_FRAMES_H

#include "servers/frameserv/core/worker.h"

/* A free frame, UNTYPED with count 1, charged to the payer, an open account.
 * Errors: OverLimit, NoMemory. Busy, InUse, Unique: a free frame's slot said so; it will not be given out again. */
must_use enum error frames_allocate(struct worker *worker, uint32_t payer, uint64_t *frame);

/* How frames are to be. */
struct allocation {
    bool unique; /* one exclusive owner each, instead of count 1 */
    struct run_wish wish;
};

/* `count` such frames, 1 to TRANSFER_FRAMES, into the transfer page. Errors: as above. */
must_use enum error frames_allocate_as(struct worker *worker, uint32_t payer, uint64_t count,
                                       const struct allocation *how);

static inline must_use enum error frames_allocate_run(struct worker *worker, uint32_t payer, uint64_t count,
                                                      bool contiguous)
{
    return frames_allocate_as(worker, payer, count, &(struct allocation){.wish.contiguous = contiguous});
}

/* The frame at an address, as frames_allocate gives it. Errors: NotAligned, OutOfBound, Hole, Reserved, Unique, Busy,
 * InUse, OverLimit. */
must_use enum error frames_claim(struct worker *worker, uint32_t payer, uint64_t address, uint64_t *frame);

/* The `count` frames from an address on, into the transfer page; all or none. Errors: as above, worker->failed tells the
 * first frame that has one. */
must_use enum error frames_claim_run(struct worker *worker, uint32_t payer, uint64_t address, uint64_t count,
                                     bool unique);

/* Counts one more handle to the untyped frame at an address. *count is then their number.
 * Errors: NotAligned, OutOfBound, Hole, Reserved, Unused, Unique, Busy, WrongKind, TooManyHandles. */
must_use enum error frames_look_up(struct worker *worker, uint64_t address, uint64_t *frame, uint64_t *count);

/* The same for a frame that was lent, of any kind that can be shared. Errors: Unique (its kind can't be
 * shared), Busy and Unused (the handle was taken back meanwhile), TooManyHandles. */
must_use enum error frames_clone(struct worker *worker, uint64_t frame, uint64_t *count);

/* Counts one more handle to each of the `count` frames of the transfer page. Errors: as above; worker->failed tells which
 * frame's, and those before it have lost the handle again. */
must_use enum error frames_clone_run(struct worker *worker, uint64_t count);

/* Frames with one handle, which were lent, get one exclusive owner, and the other way round; worker->failed tells
 * which frame an error is about. Done already is no error.
 * Errors of both: Busy, Unused, WrongKind. Of the former: Shared. */
must_use enum error frames_make_unique(struct worker *worker, const atomic_word *frames, uint64_t count);
must_use enum error frames_make_shared(struct worker *worker, const atomic_word *frames, uint64_t count);

/* Reads and writes the SLOT_STORAGE_WORDS words of metadata of a frame that was lent.
 * Errors: Busy, Unused, WrongKind (it is not untyped); NotUnique when it is to be written. */
must_use enum error frames_metadata(const struct worker *worker, uint64_t frame, uint64_t *words);
must_use enum error frames_set_metadata(struct worker *worker, uint64_t frame, const uint64_t *words);

/* How many of the frames, from the first on, are of a kind, or untyped for CHECK_UNTYPED. */
uint64_t frames_check(const struct worker *worker, const atomic_word *frames, uint64_t count, uint64_t kind);

/* What a RECORD does at its end, for the account in its payer's place, and what the account of a number can then read: zeros
 * before its first record ended. NotPermitted: it is not open. */
void frames_keep_record(struct worker *worker, uint64_t frame, uint32_t payer);
must_use enum error frames_last_record(struct worker *worker, uint32_t number, uint64_t *words);

/* Takes one handle away that has left its holder's table. With the last the frame becomes unused and free; a list's
 * members do, too, as far as one turn goes (lists.h).
 * Returns how many frames became unused. A frame without a handle to take away is left as it is. */
uint64_t frames_drop(struct worker *worker, uint64_t frame);

/* The same for the first `count` frames of the transfer page. Returns how many became unused. */
uint64_t frames_drop_run(struct worker *worker, uint64_t count);

/* Both for handles that left with the call that is served: a kill leaves it to recovery to complete the drop, for which the
 * kernel names the frames in the transfer page, and worker->note says how many became unused. */
uint64_t frames_drop_of_call(struct worker *worker, uint64_t frame);
uint64_t frames_drop_run_of_call(struct worker *worker, uint64_t count);

/* Ends a frame without handles, whatever its count says: for recovery. */
void frames_end(struct worker *worker, uint64_t frame);

/* The same for frames that the transfer page names from place `done` on, up to place `count`, which go back to the free
 * blocks together; the kernel is asked whether they have handles. Returns how many; 0: they are to be looked at one by one. */
uint64_t frames_end_chunk(struct worker *worker, uint64_t done, uint64_t count);

/* Changes the kind of a frame that was lent and has one handle; the slot's storage is cleared. *changes: it was of
 * another kind, and worker->reversal has what frames_take_back_kind needs. A unique frame stays unique, unless its kind
 * could not be shared before and can be now, or it stays what it becomes. A handle table counts against its payer's limit.
 * Errors: WrongKind (the old or the new kind does not allow it), NotEmpty (a list with members), Shared, Busy, Unused,
 * TooManyTables. */
must_use enum error frames_repurpose(struct worker *worker, uint64_t frame, uint64_t kind, bool *changes);

/* Makes the last change of kind undone, which the kernel refused. */
void frames_take_back_kind(struct worker *worker);

/* Charges a frame that was lent to another account, which is open. Errors: OverLimit, TooManyTables, Reserved (what boot
 * set aside), Busy and Unused (the handle was taken back meanwhile), TooManyHandles. */
must_use enum error frames_adopt(struct worker *worker, uint64_t frame, uint32_t payer);

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
 * interrupted call touched to the state that follows from what the kernel's ledger says of it. Harmless on any frame, and doing
 * it twice is the same as doing it once. */
void frames_reconcile(struct worker *worker, uint64_t frame, const struct ledger_count *count);

#endif
