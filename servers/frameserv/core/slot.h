/* Frames, their slots, and the states of a slot. Nothing here waits, and nothing here frees.
 *
 * A frame number is a physical address / FRAME_SIZE; frame 0 is a frame like any other. */
#ifndef FRAMESERV_CORE_SLOT_H
#define FRAMESERV_CORE_SLOT_H

#include <quire/error.h>
#include <quire/slot.h>
#include <quire/start.h>
#include <stdbool.h>

#define FRAME_NONE UINT64_MAX /* no frame number */

/* Frame numbers stay below this, so sums and products of a few of them do not overflow. */
#define FRAMES_MAX (PHYSICAL_MAX / FRAME_SIZE)

/* The array of slots, and which parts of it may be touched. */
struct window {
    struct slot *slots;
    uint64_t frame_count;              /* physical memory ends at frame_count * FRAME_SIZE */
    const struct boot_region *regions; /* sorted, without overlap or gap from 0 to that end */
    uint32_t region_count;             /* 1 or more */
};

/* The frame's slot; frame < window->frame_count. Says nothing about whether the slot may be touched. */
static inline struct slot *window_slot(const struct window *window, uint64_t frame)
{
    return &window->slots[frame];
}

/* The number of a slot's frame. */
static inline uint64_t window_frame(const struct window *window, const struct slot *slot)
{
    return (uint64_t)(slot - window->slots);
}

/* The region that holds a frame; frame < window->frame_count. Costs a binary search. */
const struct boot_region *window_region(const struct window *window, uint64_t frame);

/* Whether the frame is inside memory and of a region type whose slots the kernel backs, so that touching
 * the slot is safe. True for every frame that a handle or the allocator names. */
bool window_has_slot(const struct window *window, uint64_t frame);

/* The kind that slots of frames of a region type start with: KIND_NONE for usable memory. */
enum kind region_kind(enum region_type type);

/* Whether slots of this region type have window pages of their own. */
bool region_has_slots(enum region_type type);

/* The slot of a physical address that somebody asks for by number.
 * Errors, first one first: NotAligned, OutOfBound, Hole (nothing there), Reserved (no slot: firmware's). */
must_use enum error window_find(const struct window *window, uint64_t address, struct slot **slot);

/* What it means for a look-up that ref_count read `found`: Unused, Unique, Busy, or TooManyHandles when
 * one more could not be counted; None for a count that can grow. */
enum error slot_error_if_unused_needed(uint64_t found);
enum error slot_error_if_use_needed(uint64_t found);

/* UNUSED -> busy: the caller alone may write the slot, until it publishes or retires it.
 * Acquire: pairs with slot_retire, so what the last user wrote stays before what the caller writes.
 * Errors: Unique, Busy, InUse; then nothing has changed. */
static inline must_use enum error slot_begin(struct slot *slot)
{
    uint64_t found = REF_COUNT_UNUSED;

    if (atomic_swap_if_acquire(&slot->ref_count, &found, REF_COUNT_BUSY))
        return ERROR_NONE;
    return slot_error_if_unused_needed(found);
}

/* Busy or unique -> one shared handle. Release: kind and storage come before it for whoever looks the frame up, or
 * gets a further handle. */
static inline void slot_publish_shared(struct slot *slot)
{
    atomic_store_release(&slot->ref_count, 1);
}

/* Busy -> one exclusive owner, whom nobody can find by address. */
static inline void slot_publish_unique(struct slot *slot)
{
    atomic_store_relaxed(&slot->ref_count, REF_COUNT_UNIQUE);
}

/* One more handle to a frame in use; *count is the number then. Never waits for a busy frame.
 * Acquire: pairs with slot_publish_shared, so kind and storage may be read after it and not before.
 * Errors: Unused, Unique, Busy, TooManyHandles; then nothing has changed. */
static inline must_use enum error slot_add(struct slot *slot, uint64_t *count)
{
    uint64_t found = atomic_load_relaxed(&slot->ref_count);

    while (found - 1 < REF_COUNT_MAX - 1) { /* 1 to MAX - 1 in one comparison */
        if (atomic_swap_if_acquire(&slot->ref_count, &found, found + 1)) {
            *count = found + 1;
            return ERROR_NONE;
        }
        atomic_pause();
    }
    return slot_error_if_use_needed(found);
}

/* One handle less, which the caller owns. *last: it was the only one, the slot is busy now, and the caller must finish
 * the frame. Release, and acquire when it was the last: all that other holders did comes before the finishing.
 * The states beside 1 and UNIQUE are each other's neighbours under wrap-around, hence the test before the subtraction;
 * it can't be outdated, since the caller's own handle is counted. Errors: Unused, Busy, InUse (an illegal count);
 * then nothing has changed, and the caller had no handle. */
static inline must_use enum error slot_remove(struct slot *slot, bool *last)
{
    uint64_t found = atomic_load_relaxed(&slot->ref_count);

    if (found - 1 < REF_COUNT_MAX) {
        *last = atomic_subtract_release(&slot->ref_count, 1) == 1;
        if (*last)
            atomic_fence_acquire();
        return ERROR_NONE;
    }
    if (found == REF_COUNT_UNIQUE) {
        atomic_store_relaxed(&slot->ref_count, REF_COUNT_BUSY);
        *last = true;
        return ERROR_NONE;
    }
    return found == REF_COUNT_BUSY ? ERROR_BUSY : found == REF_COUNT_UNUSED ? ERROR_UNUSED : ERROR_IN_USE;
}

/* Handles less that others had, all of them counted. True: these were the last after all, since the caller's own is gone
 * meanwhile; the slot is busy now, and the caller must finish the frame. Orderings as above. */
static inline bool slot_remove_others(struct slot *slot, uint64_t count)
{
    bool last = atomic_subtract_release(&slot->ref_count, count) == count;

    if (last)
        atomic_fence_acquire();
    return last;
}

/* Busy -> UNUSED. Release: the tearing down comes before it. Does not give the frame to the allocator. */
static inline void slot_retire(struct slot *slot)
{
    atomic_store_release(&slot->ref_count, REF_COUNT_UNUSED);
}

/* One shared handle -> one exclusive owner; an owner stays one. Acquire: what a holder that is gone wrote
 * comes before what the owner writes (the reference's swap is relaxed there, which orders nothing). *found: 1 or
 * REF_COUNT_UNIQUE, what the state was. Errors: Shared (other handles exist), Busy, Unused; then nothing has changed. */
must_use enum error slot_make_unique(struct slot *slot, uint64_t *found);

#endif
