#include "kernel/memory/ledger.h"
#include "kernel/boot/machine.h"
#include <stddef.h>

#define WORDS_PER_LEAF 512

static atomic_word *directory; /* physical addresses of leaves; 0: not made; LEAF_BUSY: being made */
static uint64_t frame_count;

enum error ledger_initialise(void)
{
    uint64_t leaves = (machine.regions.frame_count + WORDS_PER_LEAF - 1) / WORDS_PER_LEAF;
    uint64_t address;
    enum error error = machine_early_allocate((leaves * sizeof(*directory) + FRAME_SIZE - 1) / FRAME_SIZE, &address);

    if (error)
        return error;
    directory = physical_pointer(address);
    frame_count = machine.regions.frame_count;
    return ERROR_NONE;
}

static enum ledger_state state_of_type(enum region_type type)
{
    switch (type) {
    case REGION_USABLE:
        return LEDGER_FREE;
    case REGION_FRAMEBUFFER:
        return LEDGER_DEVICE;
    case REGION_KERNEL:
    case REGION_MODULE:
    case REGION_RECLAIMABLE:
    case REGION_EARLY:
    case REGION_METADATA:
        return LEDGER_KERNEL;
    default:
        return LEDGER_RESERVED;
    }
}

#define LEAF_BUSY UINT64_C(1)

static void leaf_fill(atomic_word *leaf, uint64_t first)
{
    const struct region *region = NULL;

    for (uint64_t k = 0; k < WORDS_PER_LEAF; k++) {
        uint64_t address = (first + k) * FRAME_SIZE;
        if (!region || address >= region->end)
            region = region_find(&machine.regions, address);
        leaf[k] = ledger_word_plain(region ? state_of_type(region->type) : LEDGER_RESERVED);
    }
}

/* Makes the leaf that holds a frame's word, in the memory set aside for it. One CPU fills it, others wait. */
static atomic_word *leaf_make(uint64_t frame)
{
    atomic_word *entry = &directory[frame / WORDS_PER_LEAF];
    uint64_t backing;
    uint64_t found = 0;

    if (reserve_frame(&machine.reserve, RESERVE_LEDGER, frame, &backing) != ERROR_NONE)
        return NULL;
    if (atomic_swap_if_acquire(entry, &found, LEAF_BUSY)) {
        leaf_fill(frame_pointer(backing), frame / WORDS_PER_LEAF * WORDS_PER_LEAF);
        atomic_store_release(entry, backing * FRAME_SIZE);
    }
    while (atomic_load_acquire(entry) == LEAF_BUSY)
        atomic_pause();
    return frame_pointer(backing);
}

atomic_word *ledger_find(uint64_t frame)
{
    if (frame >= frame_count)
        return NULL;
    uint64_t address = atomic_load_acquire(&directory[frame / WORDS_PER_LEAF]);
    atomic_word *leaf = address > LEAF_BUSY ? physical_pointer(address) : leaf_make(frame);
    return leaf ? &leaf[frame % WORDS_PER_LEAF] : NULL;
}

uint64_t ledger_lock(atomic_word *word)
{
    uint64_t value = atomic_load_relaxed(word);

    for (;;) {
        value &= ~LEDGER_LOCKED;
        if (atomic_swap_if_acquire(word, &value, value | LEDGER_LOCKED))
            return value | LEDGER_LOCKED;
        atomic_pause();
    }
}

void ledger_unlock(atomic_word *word, uint64_t value)
{
    atomic_store_release(word, value & ~LEDGER_LOCKED);
}
