#include "kernel/memory/release.h"
#include "kernel/memory/ledger.h"
#include "kernel/memory/memory.h"
#include <quire/start.h>

static bool releasable(uint64_t frame)
{
    const struct region *region = region_find(&memory.regions, frame * FRAME_SIZE);
    const atomic_word *word = ledger_find(frame);

    return region && word && (region->type == REGION_MODULE || region->type == REGION_RECLAIMABLE) &&
           ledger_word_state(atomic_load_relaxed(word)) == LEDGER_KERNEL;
}

enum error memory_release(uint64_t first, uint64_t count)
{
    if (count == 0 || count > TRANSFER_FRAMES)
        return ERROR_BAD_COUNT;
    for (uint64_t k = 0; k < count; k++)
        if (first >= ledger_frame_count || !releasable(first + k))
            return ERROR_RESERVED;
    for (uint64_t k = 0; k < count; k++) {
        atomic_word *word = ledger_find(first + k);
        (void)ledger_lock(word);
        ledger_unlock(word, ledger_word_free());
    }
    return ERROR_NONE;
}
