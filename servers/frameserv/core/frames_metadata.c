/* What owners of frames keep in their slots, and what a frame's slot says about its kind. */
#include "servers/frameserv/core/frames.h"
#include <quire/kinds.h>

/* Why a frame that was lent has no metadata. *state is what its count reads; acquire: what was written before the
 * frame got this state is seen. */
static enum error metadata_error(const struct slot *slot, uint64_t *state)
{
    *state = atomic_load_acquire(&slot->ref_count);
    if (*state == REF_COUNT_BUSY)
        return ERROR_BUSY;
    if (*state == REF_COUNT_UNUSED)
        return ERROR_UNUSED;
    return kind_is_untyped(kind_word_kind(atomic_load_relaxed(&slot->kind_word))) ? ERROR_NONE : ERROR_WRONG_KIND;
}

enum error frames_metadata(const struct worker *worker, uint64_t frame, uint64_t *words)
{
    const struct slot *slot = window_slot(&worker->window, frame);
    uint64_t state;
    enum error error = metadata_error(slot, &state);

    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS && error == ERROR_NONE; k++)
        words[k] = atomic_load_relaxed(&slot->storage[k]);
    return error;
}

enum error frames_set_metadata(struct worker *worker, uint64_t frame, const uint64_t *words)
{
    struct slot *slot = window_slot(&worker->window, frame);
    uint64_t state;
    enum error error = metadata_error(slot, &state);

    if (error != ERROR_NONE)
        return error;
    if (state != REF_COUNT_UNIQUE)
        return ERROR_NOT_UNIQUE;
    struct transaction transaction = transaction_begin(worker->log);
    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
        wr(&transaction, &slot->storage[k], words[k]);
    transaction_commit(&transaction);
    return ERROR_NONE;
}

uint64_t frames_check(const struct worker *worker, const atomic_word *frames, uint64_t count, uint64_t kind)
{
    uint64_t alike = 0;

    while (alike < count) {
        uint64_t found = kind_word_kind(atomic_load_relaxed(&window_slot(&worker->window, frames[alike])->kind_word));
        if (kind == CHECK_UNTYPED ? !kind_is_untyped(found) : found != kind)
            break;
        alike += 1;
    }
    return alike;
}
