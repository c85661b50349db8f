/* Shared handles become exclusive owners, and back. A run is looked through before any of it is changed, so that an
 * error leaves all frames as they are, and so does a kill before the first change; doing the rest again after a later
 * one ends the same. Each frame changes in one word, and is as good before as after: no intent is needed. Which frames are to
 * be changed, or changed back, is noted: a restart doesn't take those that it changed already for owners' from before. */
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/note.h"
#include <quire/kinds.h>

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

/* Marks the frames of a run that have to change. */
static enum error mark_shared(struct worker *worker, const atomic_word *frames, uint64_t count)
{
    struct slot *slots = worker->window.slots;
    uint64_t found;

    note_unmark_all(worker);
    for (uint64_t k = 0; k < count; k++) {
        enum error error = unique_error(&slots[frames[k]], &found);
        if (error != ERROR_NONE)
            return frames_fail(worker, k, error);
        if (found == 1)
            note_mark(worker, k);
    }
    return ERROR_NONE;
}

static enum error make_one_unique(struct slot *slot)
{
    uint64_t found;
    enum error error = unique_error(slot, &found);

    return error == ERROR_NONE ? slot_make_unique(slot, &found) : error;
}

enum error frames_make_unique(struct worker *worker, const atomic_word *frames, uint64_t count)
{
    struct slot *slots = worker->window.slots;
    uint64_t found;

    if (count == 1)
        return make_one_unique(&slots[frames[0]]);
    enum error error = intent_has(worker, INTENT_NOTED) ? ERROR_NONE : mark_shared(worker, frames, count);

    if (error != ERROR_NONE)
        return error;
    note_begin(worker);
    for (uint64_t k = 0; k < count; k++) {
        if (!note_is_marked(worker, k))
            continue;
        error = slot_make_unique(&slots[frames[k]], &found);
        if (error == ERROR_NONE)
            continue;
        /* Somebody looked it up since. */
        for (uint64_t done = 0; done < k; done++) {
            if (note_is_marked(worker, done))
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
