/* What grant and clone do to one frame: the part of them that the middle way (service.c) has too, and so inline. */
#ifndef KERNEL_IPC_ACTION_FRAME_H
#define KERNEL_IPC_ACTION_FRAME_H

#include "kernel/cpu/instructions.h"
#include "kernel/memory/ledger.h"
#include "kernel/object/handle_ring.h"
#include "kernel/object/handle_table.h"

/* Rights that a look-up by address gives: all but those of an owner. */
#define RIGHTS_LOOKUP (RIGHTS_FRAME & ~RIGHT_OWNER)

/* Why a frame in this state can not be granted. */
static inline enum error grant_check(uint64_t word)
{
    switch (ledger_word_state(word)) {
    case LEDGER_FREE:
    case LEDGER_SERVER:
        return ERROR_NONE;
    case LEDGER_HELD:
        return ERROR_IN_USE;
    default:
        return ERROR_RESERVED;
    }
}

/* Check, zero and enter are one step under the frame's lock: before it nobody has a handle, after it the frame is clean.
 * HOLE, IN_USE, RESERVED. */
must_use static inline enum error grant_frame(struct task *caller, struct handle_entry *entry, uint32_t generation,
                                              uint64_t frame, uint32_t rights)
{
    atomic_word *word = ledger_find(frame);

    if (!word)
        return ERROR_HOLE;
    uint64_t value = ledger_lock(word);
    enum error error = grant_check(value);
    if (!error) {
        frame_zero(frame_pointer(frame));
        value = handle_fill(caller, entry, generation, frame, KIND_UNTYPED, rights, value);
    }
    ledger_unlock(word, value);
    return error;
}

/* The entry that a clone copies, and the rights that it can give at the most: one that the caller lent, or, for
 * a caller with the look-up right, any to that frame. The frame's word is locked. */
static inline enum error clone_source(struct task *caller, uint64_t frame, uint64_t word, struct handle_entry **source,
                                      uint32_t *rights)
{
    if (ledger_word_state(word) != LEDGER_HELD)
        return ERROR_UNUSED;
    if (rax_mode(caller->service.pending) == MODE_BORROW) {
        struct handle_entry *entry = caller->service.borrowed[0];
        *source = entry;
        *rights = entry->rights;
        if (handle_entry_frame(entry) != frame)
            return ERROR_NOT_WANTED;
        return entry->rights & RIGHT_CLONE ? ERROR_NONE : ERROR_MISSING_RIGHT;
    }
    *source = ledger_word_anchor(word);
    *rights = RIGHTS_LOOKUP;
    if (!(badge_rights(caller->badge) & SERVICE_RIGHT_LOOKUP))
        return ERROR_MISSING_RIGHT;
    return (*source)->kind == KIND_UNTYPED ? ERROR_NONE : ERROR_WRONG_KIND;
}

/* Check and enter are one step under the frame's lock. HOLE, UNUSED (no handle to the frame exists),
 * NOT_WANTED (not the frame that was lent), MISSING_RIGHT (clone, or the look-up right), WRONG_KIND (has one
 * handle ever), BAD_RIGHTS (none, or wider than the source's). */
must_use static inline enum error clone_frame(struct task *caller, struct handle_entry *entry, uint64_t frame,
                                              uint64_t wanted)
{
    struct handle_entry *source;
    uint32_t rights;
    atomic_word *word = ledger_find(frame);

    if (!word)
        return ERROR_HOLE;
    uint64_t value = ledger_lock(word);
    enum error error = clone_source(caller, frame, value, &source, &rights);
    if (!error && source->kind != KIND_UNTYPED && source->kind != KIND_ENDPOINT && source->kind != KIND_TASK)
        error = ERROR_WRONG_KIND;
    if (!error && (wanted == 0 || wanted & ~(uint64_t)rights))
        error = ERROR_BAD_RIGHTS;
    if (!error) {
        value =
            handle_fill(caller, entry, handle_generation_next(caller), frame, source->kind, (uint32_t)wanted, value);
        if (source->kind == KIND_ENDPOINT)
            entry->place = source->place;
    }
    ledger_unlock(word, value);
    return error;
}

#endif
