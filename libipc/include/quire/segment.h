/* Segments: frames that follow one another in memory, held by handles that follow one another. A segment is a value; who
 * copies it has two names for the same handles, so drop, split or move on by one of them only.
 *
 * Functions return errors as those of quire/client.h do: nothing has changed then, and no handle of a segment was
 * made, dropped or converted if one of them could not be. Ranges are in frames from the segment's start and are checked
 * before anything is added: BadCount is an empty one, OutOfBound one that ends past the segment's end.
 * *failed (unless NULL): which frame the error is about, from 0 on; 0 too when it is about none. */
#ifndef QUIRE_SEGMENT_H
#define QUIRE_SEGMENT_H

#include <quire/abi.h>
#include <quire/error.h>
#include <quire/start.h>
#include <stdint.h>

#define SEGMENT_FRAMES_MAX TRANSFER_FRAMES /* what one message carries */

struct segment {
    handle first;   /* handle_of_run(first, k) is the k-th frame's */
    uint32_t count; /* frames; 0: it owns nothing */
};

/* `count` free frames (1 to SEGMENT_FRAMES_MAX) that follow one another, zeroed. flags: as for frame_allocate_with,
 * ALLOC_CONTIGUOUS goes without saying. Errors: those of frame_allocate_with. */
must_use enum error segment_allocate(uint32_t count, uint64_t flags, struct segment *segment);

/* The unused frames from a physical address on. flags and errors: as for frame_claim_run. */
must_use enum error segment_claim(uint64_t address, uint32_t count, uint64_t flags, struct segment *segment,
                                  uint32_t *failed);

/* A further handle to every frame. Errors: those of frame_clone_run. */
must_use enum error segment_clone(const struct segment *segment, uint32_t rights, struct segment *copy,
                                  uint32_t *failed);

/* A further handle to `count` frames from `start` on. Errors: BadCount, OutOfBound, those of frame_clone_run. */
must_use enum error segment_slice(const struct segment *segment, uint32_t start, uint32_t count, uint32_t rights,
                                  struct segment *slice);

/* Cuts it in two, without a message: frames from `at` on go to *rest. Neither part may be empty.
 * Errors: BadCount (at is 0 or the segment's end), OutOfBound. */
must_use enum error segment_split(struct segment *segment, uint32_t at, struct segment *rest);

/* Moves the first frame's handle out, without a message. Errors: BadCount (it is empty). */
must_use enum error segment_next(struct segment *segment, handle *frame);

/* The handle of a frame, which the segment keeps. Errors: OutOfBound. */
must_use enum error segment_frame(const struct segment *segment, uint32_t index, handle *frame);

/* Gives all handles back in one message; the segment is empty then. *unused (unless NULL): how many frames became unused.
 * An empty segment is nothing to drop. Errors: those of frame_drop_run. */
must_use enum error segment_drop(struct segment *segment, uint64_t *unused);

/* Whether all frames are of a kind (enum kind, or CHECK_UNTYPED). Errors: WrongKind, BadCount (it is empty). */
must_use enum error segment_check(const struct segment *segment, uint64_t kind, uint32_t *failed);

/* Frames from shared to unique and back, all or none. Errors: those of frame_unique_run and frame_share_run. */
must_use enum error segment_unique(const struct segment *segment, uint32_t *failed);
must_use enum error segment_share(const struct segment *segment, uint32_t *failed);

/* Physical addresses, in bytes: where it starts, and one byte past its end. Errors: BadCount (it is empty). */
must_use enum error segment_addresses(const struct segment *segment, uint64_t *start, uint64_t *end);

/* Maps all frames, one after the other, at an address that the library chooses: segment_size(segment) bytes to read or
 * write as memory. Unmaps them. Errors: those of frame_map_anywhere and frame_unmap, BadCount (it is empty). */
must_use enum error segment_map(const struct segment *segment, uint32_t rights, void **address);
must_use enum error segment_unmap(const struct segment *segment);

/* In bytes. */
static inline uint64_t segment_size(const struct segment *segment)
{
    return segment->count * UINT64_C(4096);
}

#endif
