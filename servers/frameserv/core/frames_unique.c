/* Shared handles become exclusive owners, and back. A run is looked through before any of it is changed, so that an
 * error leaves all frames as they are, and so does a kill before the first change; doing the rest again after a later
 * one ends the same. Each frame changes in one word, and is as good before as after: no intent is needed. */
#include "servers/frameserv/core/frames.h"
#include <quire/kinds.h>

/* Which frames of a run are to be changed, or changed back. */
struct marks {
    uint64_t words[TRANSFER_FRAMES / 64];
};

static void mark(struct marks *marks, uint64_t place)
{
    marks->words[place / 64] |= UINT64_C(1) << place % 64;
}

static bool is_marked(const struct marks *marks, uint64_t place)
{
    return marks->words[place / 64] >> place % 64 & 1;
}

/* Why a frame that was lent can't be made unique, if nothing happens meanwhile; *found: its state. */
static enum error unique_error(const struct slot *slot, uint64_t *found)
{
    *found = atomic_load_acquire(&slot->ref_count);
    if (*found == REF_COUNT_BUSY)
        return ERROR_BUSY;
    if (*found == REF_COUNT_UNUSED)
        return ERROR_UNUSED;
    if (!kind_is_convertible(kind_word_kind(atomic_load_relaxed(&slot->kind_word))))
        return ERROR_WRONG_KIND;
    return *found == 1 || *found == REF_COUNT_UNIQUE ? ERROR_NONE : ERROR_SHARED;
}

enum error frames_make_unique(struct worker *worker, const atomic_word *frames, uint64_t count)
{
    struct slot *slots = worker->window.slots;
    struct marks shared = {{0}};
    uint64_t found;
    enum error error;

    for (uint64_t k = 0; k < count; k++) {
        error = unique_error(&slots[frames[k]], &found);
        if (error != ERROR_NONE)
            return frames_fail(worker, k, error);
        if (found == 1)
            mark(&shared, k);
    }
    for (uint64_t k = 0; k < count; k++) {
        if (!is_marked(&shared, k))
            continue;
        error = slot_make_unique(&slots[frames[k]], &found);
        if (error == ERROR_NONE)
            continue;
        /* Somebody looked it up since. */
        for (uint64_t done = 0; done < k; done++) {
            if (is_marked(&shared, done))
                slot_publish_shared(&slots[frames[done]]);
        }
        return frames_fail(worker, k, error);
    }
    return ERROR_NONE;
}

/* Why a frame that was lent can't be shared. Nobody but its owner can change that meanwhile, and he waits. */
static enum error share_error(const struct slot *slot)
{
    uint64_t found = atomic_load_relaxed(&slot->ref_count);

    if (found == REF_COUNT_BUSY)
        return ERROR_BUSY;
    if (found == REF_COUNT_UNUSED)
        return ERROR_UNUSED;
    return kind_is_shareable(kind_word_kind(atomic_load_relaxed(&slot->kind_word))) ? ERROR_NONE : ERROR_WRONG_KIND;
}

enum error frames_make_shared(struct worker *worker, const atomic_word *frames, uint64_t count)
{
    struct slot *slots = worker->window.slots;

    for (uint64_t k = 0; k < count; k++) {
        enum error error = share_error(&slots[frames[k]]);
        if (error != ERROR_NONE)
            return frames_fail(worker, k, error);
    }
    for (uint64_t k = 0; k < count; k++) {
        if (atomic_load_relaxed(&slots[frames[k]].ref_count) == REF_COUNT_UNIQUE)
            slot_publish_shared(&slots[frames[k]]);
    }
    return ERROR_NONE;
}
