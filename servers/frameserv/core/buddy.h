/* The free frames, as blocks of 2^order frames, each aligned to its size, up to 1 GiB.
 *
 * A free block is known by the mark in the kind word of its first frame's slot, and nothing else: no client can write a
 * kind word, while the storage of a slot is a client's once the frame was granted. The blocks of one order and zone
 * are threaded through the storage of their first slots; no memory beside the slots is used, and no slot but
 * the first of a block is touched. Memory that was never asked for is one bit for each 1 GiB granule.
 *
 * The caller holds the buddy's lock for every function. Those without a transaction parameter may run transactions
 * of their own in `log`, so the caller has none open. */
#ifndef FRAMESERV_CORE_BUDDY_H
#define FRAMESERV_CORE_BUDDY_H

#include "servers/frameserv/core/slot.h"
#include "servers/frameserv/core/undo.h"

#define BUDDY_ORDERS 19 /* 0 to 18: 4 KiB to 1 GiB */
#define GRANULE_FRAMES UINT64_C(262144)
#define GRANULES (FRAMES_MAX / GRANULE_FRAMES)
#define ZONE_LOW 0  /* below 4 GiB: some devices reach no further, so it is given out last */
#define ZONE_HIGH 1 /* the rest; no block crosses a granule's border, and so none is in both */
#define ZONES 2
#define ZONE_HIGH_FIRST_FRAME (UINT64_C(0x100000000) / FRAME_SIZE)

/* Flags in the kind word of a frame that is the allocator's (payer 0). */
#define FLAG_BLOCK 0x8000  /* first frame of a free block; the low bits are its order */
#define FLAG_CACHED 0x4000 /* in a worker's cache; the low bits are the worker's number */

/* More than any frame number, so that two fit a word. */
#define RELEASING_COUNT (UINT64_C(1) << 40)

struct buddy {
    atomic_word lock;
    atomic_word free_frames[ZONES]; /* in blocks, and in granules not looked at yet */
    atomic_word seed_next;          /* the frames from here to seed_end are being made blocks of: */
    atomic_word seed_end;           /* equal except within that, or after a kill within it */
    atomic_word releasing; /* 0, or what boot_release() is at: 1 + a run's first frame, RELEASING_COUNT * its length */
    atomic_word first[ZONES][BUDDY_ORDERS]; /* of the list of free blocks: a frame number, or FRAME_NONE */
    atomic_word fresh[GRANULES / 64];       /* bit set: the granule has usable frames, not yet made blocks of */
};

/* A free block. */
struct block {
    uint64_t frame; /* its first frame */
    uint32_t order;
};

/* Where a block's first slot keeps its neighbours in the list of its order and zone. */
#define BLOCK_NEXT 0
#define BLOCK_PREVIOUS 1

/* Blocks of a zone that a search for a run across blocks looks at before it gives up. */
#define RUN_SEARCH_BLOCKS 1024

/* What somebody wants of several frames, beside their number. */
struct run_wish {
    bool contiguous;      /* they follow one another */
    bool low;             /* they lie below 4 GiB */
    uint32_t align_order; /* the first one's number is a multiple of 2^align_order; not 0 only if they are contiguous,
                             or one, and less than BUDDY_ORDERS */
};

/* Frames that are free here, in all zones. */
static inline uint64_t buddy_free_frames(const struct buddy *buddy)
{
    return buddy->free_frames[ZONE_LOW] + buddy->free_frames[ZONE_HIGH];
}

/* Whether a granule has usable frames that are not made blocks of yet. */
static inline bool buddy_is_fresh(const struct buddy *buddy, uint64_t granule)
{
    return atomic_load_relaxed(&buddy->fresh[granule / 64]) >> granule % 64 & 1;
}

/* Makes an empty buddy that knows the usable regions of the window. Touches no slot. */
void buddy_initialise(struct buddy *buddy, const struct window *window);

/* The smallest free block of at least 2^order frames, in the high zone if there is one and it need not be low.
 * false: there is none. */
must_use bool buddy_find(struct buddy *buddy, const struct window *window, struct undo_log *log, uint32_t order,
                         bool low, struct block *block);

/* The first of `count` free frames, 1 to TRANSFER_FRAMES, that follow one another as wished, in one block or several.
 * false: there are none in one block whose size is the next power of two, or the alignment if that is more; nor
 * elsewhere, if each zone has no more than RUN_SEARCH_BLOCKS smaller blocks that may be part of such a run, which are
 * those of count / 4 frames and more. */
must_use bool buddy_find_run(struct buddy *buddy, const struct window *window, struct undo_log *log, uint64_t count,
                             const struct run_wish *wish, uint64_t *first);

/* Makes blocks of all memory of a zone that was never asked for. */
void buddy_seed_zone(struct buddy *buddy, const struct window *window, struct undo_log *log, uint32_t zone);

/* The free block that holds a frame which has a slot. false: the frame is not in a free block. */
must_use bool buddy_find_frame(struct buddy *buddy, const struct window *window, struct undo_log *log, uint64_t frame,
                               struct block *block);

/* The first frame behind the free memory that holds a frame which has a slot; the frame itself if it is in no free
 * block. */
uint64_t buddy_free_end(struct buddy *buddy, const struct window *window, struct undo_log *log, uint64_t frame);

/* Takes the 2^order frames from `frame` on, aligned to their number, out of a free block; what is left of it stays
 * free. The caller gives each of these frames a new kind word in the same transaction. */
void buddy_take(struct buddy *buddy, const struct window *window, struct transaction *transaction, struct block block,
                uint64_t frame, uint32_t order);

/* Makes 2^order frames from `frame` on, aligned to their number, free, and joins them with free neighbours. The caller
 * has given all but the first of these frames the kind word 0 in the same transaction; the first gets its own here. */
void buddy_give(struct buddy *buddy, const struct window *window, struct transaction *transaction, uint64_t frame,
                uint32_t order);

#endif
