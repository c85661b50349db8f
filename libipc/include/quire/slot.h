/* The metadata slot: 64 bytes for every 4 KiB frame, in one virtual array, the window.
 * The layout and the values of ref_count follow the reference, Asterinas OSTD's MetaSlot
 * (ostd/src/mm/frame/meta.rs); the type is a number here, not a code pointer, so that it
 * survives a restart and can not be turned into a jump. */
#ifndef QUIRE_SLOT_H
#define QUIRE_SLOT_H

#include <quire/atomic.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_SIZE UINT64_C(4096)
#define SLOT_SIZE UINT64_C(64)
#define SLOTS_PER_PAGE (FRAME_SIZE / SLOT_SIZE)
#define SLOT_STORAGE_WORDS 5

struct slot {
    uint64_t storage[SLOT_STORAGE_WORDS]; /* typed metadata; in a free block's head, the allocator's links */
    atomic_word ref_count;                /* a state or a count: below */
    atomic_word kind_word;                /* kind:16 | flags:16 | payer:32, lowest bits first */
    atomic_word in_list;                  /* number of the list that holds the frame, or 0 */
};

_Static_assert(sizeof(struct slot) == SLOT_SIZE, "a slot is one cache line");
_Static_assert(offsetof(struct slot, ref_count) == 40, "as in the reference");
_Static_assert(offsetof(struct slot, kind_word) == 48, "as in the reference");
_Static_assert(offsetof(struct slot, in_list) == 56, "as in the reference");

#define REF_COUNT_UNUSED UINT64_MAX         /* nobody's */
#define REF_COUNT_UNIQUE (UINT64_MAX - 1)   /* one exclusive owner */
#define REF_COUNT_BUSY UINT64_C(0)          /* being built or torn down */
#define REF_COUNT_MAX ((uint64_t)INT64_MAX) /* 1 to this: so many handles; above: illegal */

/* The three fields of kind_word. payer is 0 exactly while the frame belongs to the allocator. */
static inline uint64_t kind_word(uint64_t kind, uint64_t flags, uint64_t payer)
{
    return kind + flags * 65536 + payer * (UINT64_C(1) << 32);
}

static inline uint64_t kind_word_kind(uint64_t word)
{
    return word % 65536;
}

static inline uint64_t kind_word_flags(uint64_t word)
{
    return word / 65536 % 65536;
}

static inline uint64_t kind_word_payer(uint64_t word)
{
    return word / (UINT64_C(1) << 32);
}

#endif
