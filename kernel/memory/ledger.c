#include "kernel/memory/ledger.h"
#include "kernel/cpu/flush.h"
#include "kernel/cpu/instructions.h"
#include "kernel/memory/memory.h"
#include <stddef.h>

atomic_word *ledger_directory;
uint64_t ledger_frame_count;

void ledger_initialise(void)
{
    uint64_t leaves = (memory.regions.frame_count + LEDGER_WORDS_PER_LEAF - 1) / LEDGER_WORDS_PER_LEAF;
    uint64_t frames = (leaves * sizeof(*ledger_directory) + FRAME_SIZE - 1) / FRAME_SIZE;

    ledger_directory = physical_pointer(memory_early_allocate(frames));
    ledger_frame_count = memory.regions.frame_count;
}

uint64_t ledger_lock_wait(atomic_word *word)
{
    uint64_t value = atomic_load_relaxed(word) & ~LEDGER_LOCKED;

    while (!atomic_swap_if_acquire(word, &value, value | LEDGER_LOCKED)) {
        value &= ~LEDGER_LOCKED;
        wait_turn_for("the lock of the frame with the word at", (uint64_t)(uintptr_t)word);
    }
    RULE_HOLDS(LOCK_SECOND, rules_lock(word));
    return value | LEDGER_LOCKED;
}

static enum ledger_state state_of_type(enum region_type type)
{
    if (type == REGION_USABLE)
        return LEDGER_FREE;
    if (type == REGION_FRAMEBUFFER)
        return LEDGER_DEVICE;
    return region_type_has_slots(type) ? LEDGER_KERNEL : LEDGER_RESERVED;
}

static void leaf_fill(uint64_t *leaf, uint64_t first)
{
    uint64_t k = 0;

    while (k < LEDGER_WORDS_PER_LEAF) {
        const struct region *region = region_find(&memory.regions, (first + k) * FRAME_SIZE);
        uint64_t word = ledger_word_plain(state_of_type(region ? region->type : REGION_UNKNOWN));
        uint64_t end = region ? region->end / FRAME_SIZE - first : LEDGER_WORDS_PER_LEAF;
        end = end < LEDGER_WORDS_PER_LEAF ? end : LEDGER_WORDS_PER_LEAF;
        words_fill(&leaf[k], word, end - k);
        k = end;
    }
}

/* Makes the leaf that holds a frame's word, in the memory set aside for it. One CPU fills it, others wait. */
atomic_word *ledger_leaf_make(uint64_t frame)
{
    atomic_word *entry = &ledger_directory[frame / LEDGER_WORDS_PER_LEAF];
    uint64_t backing;
    uint64_t found = 0;

    if (reserve_frame(&memory.reserve, RESERVE_LEDGER, frame, &backing) != ERROR_NONE)
        return NULL;
    if (atomic_swap_if_acquire(entry, &found, LEDGER_LEAF_BUSY)) {
        leaf_fill(frame_pointer(backing), frame / LEDGER_WORDS_PER_LEAF * LEDGER_WORDS_PER_LEAF);
        atomic_store_release(entry, (uint64_t)(uintptr_t)frame_pointer(backing));
    }
    while (atomic_load_acquire(entry) == LEDGER_LEAF_BUSY)
        wait_turn_for("a leaf of the ledger for frame", frame);
    return frame_pointer(backing);
}
