/* Entries in and out of the ring of their frame: part of every grant, clone and drop, and so inline.
 * The caller of each holds the lock of the frame's ledger word, passes the word's value and gets its new one,
 * both with the lock bit. */
#ifndef KERNEL_OBJECT_HANDLE_RING_H
#define KERNEL_OBJECT_HANDLE_RING_H

#include "kernel/memory/ledger.h"
#include "kernel/memory/ledger_word.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/task.h"
#include <quire/atomic.h>

/* Locks the word of the frame that an entry named when it was found. False: it names something else by now, or nothing, and
 * nothing is locked. */
must_use static inline bool handle_lock(const struct handle_entry *entry, uint64_t name, atomic_word **word,
                                        uint64_t *value)
{
    *word = ledger_find((uint32_t)name);
    *value = ledger_lock(*word);
    if (__builtin_expect(atomic_load_relaxed(&entry->name) == name, 1))
        return true;
    ledger_unlock(*word, *value);
    return false;
}

/* Links an entry whose other members are set. */
must_use static inline uint64_t handle_link(struct handle_entry *entry, uint64_t locked_word)
{
    RULE_HOLDS(RING_UNLOCKED, rules_locked(handle_entry_frame(entry)));
    if (ledger_word_state(locked_word) != LEDGER_HELD) {
        entry->next = entry;
        entry->previous = entry;
        entry->length = 1;
        return ledger_word_held(entry) | LEDGER_LOCKED;
    }
    struct handle_entry *anchor = ledger_word_anchor(locked_word);
    struct handle_entry *last = anchor->previous;
    entry->next = anchor;
    entry->previous = last;
    last->next = entry;
    anchor->previous = entry;
    entry->length = 0;
    anchor->length++;
    return locked_word;
}

/* Fills an empty entry of the task's table, but for its place in the ring. */
static inline void handle_set(struct task *task, struct handle_entry *entry, uint32_t generation, uint64_t frame,
                              enum kind kind, uint32_t rights)
{
    entry->name = frame | generation * HANDLE_GENERATION_UNIT;
    entry->kind = (uint16_t)kind;
    entry->rights = (uint16_t)rights;
    entry->state = HANDLE_HELD;
    entry->owner = task;
    if (kind == KIND_ENDPOINT)
        entry->detail = (uint64_t)(uintptr_t)endpoint_line(frame, task->cpu_number);
}

/* Fills an empty entry of the task's table and links it. An endpoint's badge is still to be set (place). */
must_use static inline uint64_t handle_fill(struct task *task, struct handle_entry *entry, uint32_t generation,
                                            uint64_t frame, enum kind kind, uint32_t rights, uint64_t locked_word)
{
    handle_set(task, entry, generation, frame, kind, rights);
    return handle_link(entry, locked_word);
}

/* Takes an entry out; everything else in it stays. The word's state is FREE when no handle is left: of a device's
 * frame the caller makes it DEVICE again. */
must_use static inline uint64_t handle_unlink(struct handle_entry *entry, uint64_t locked_word)
{
    struct handle_entry *anchor = ledger_word_anchor(locked_word);
    struct handle_entry *next = entry->next;

    RULE_HOLDS(RING_UNLOCKED, rules_locked(handle_entry_frame(entry)));
    if (next == entry)
        return ledger_word_free() | LEDGER_LOCKED;
    entry->previous->next = next;
    next->previous = entry->previous;
    if (anchor != entry) {
        anchor->length--;
        return locked_word;
    }
    next->length = entry->length - 1;
    return ledger_word_held(next) | LEDGER_LOCKED;
}

/* Takes an entry of any kind out of its ring, as it leaves its holder for good. *closes becomes true if nobody can receive any
 * more at the endpoint that it is to: then endpoint_close is due, once the lock is given back. */
must_use static inline uint64_t handle_withdraw(struct handle_entry *entry, uint64_t locked_word, bool *closes)
{
    if (entry->kind == KIND_ENDPOINT && (entry->rights & RIGHT_RECEIVE))
        *closes = endpoint_receiver_goes(handle_entry_frame(entry), entry->owner->cpu_number);
    return handle_unlink(entry, locked_word);
}

/* Empties an entry that is in no ring, and has neither place nor detail, as one that is LEAVING. */
static inline void handle_empty_left(struct handle_entry *entry)
{
    entry->name = 0;
    entry->kind = KIND_NONE;
    entry->rights = 0;
    entry->state = HANDLE_EMPTY;
}

/* Empties an entry that is in no ring. */
static inline void handle_empty(struct handle_entry *entry)
{
    handle_empty_left(entry);
    entry->place = 0;
    entry->detail = 0;
}

/* The same for an entry in whatever task's table. */
static inline void handle_strip(struct handle_entry *entry)
{
    RULE_HOLDS(RING_UNLOCKED, rules_locked(handle_entry_frame(entry)));
    if (atomic_load_relaxed_32(&entry->owner->at) == this_cpu->number) {
        handle_empty(entry);
        return;
    }
    atomic_store_release(&entry->name, 0);
    atomic_store_release_32(&entry->state, HANDLE_STRIPPED); /* the last that is done to it here */
}

/* Moves what an unmapped entry names into an empty one of a task's table, which takes the old one's place in the ring,
 * and empties the old one. */
must_use static inline uint64_t handle_replace(struct handle_entry *old, struct task *task, struct handle_entry *entry,
                                               uint32_t generation, uint64_t locked_word)
{
    bool anchor = ledger_word_anchor(locked_word) == old;
    bool receives = old->kind == KIND_ENDPOINT && (old->rights & RIGHT_RECEIVE);

    RULE_HOLDS(RING_UNLOCKED, rules_locked(handle_entry_frame(old)));
    if (receives && old->owner->cpu_number != task->cpu_number) { /* the endpoint stays open */
        endpoint_receiver_comes(handle_entry_frame(old), task->cpu_number);
        (void)endpoint_receiver_goes(handle_entry_frame(old), old->owner->cpu_number);
    }
    handle_set(task, entry, generation, handle_entry_frame(old), old->kind, old->rights);
    entry->place = old->place; /* an endpoint's badge; 0 for the unmapped */
    entry->length = old->length;
    if (old->next == old) {
        entry->next = entry;
        entry->previous = entry;
    } else {
        entry->next = old->next;
        entry->previous = old->previous;
        entry->next->previous = entry;
        entry->previous->next = entry;
    }
    handle_empty(old);
    return anchor ? ledger_word_held(entry) | LEDGER_LOCKED : locked_word;
}

/* How many handles the ring has that a ledger word anchors; 0 when the word's state is not HELD. */
static inline uint64_t handle_count(uint64_t word)
{
    if (ledger_word_state(word) != LEDGER_HELD)
        return 0;
    const struct handle_entry *anchor = ledger_word_anchor(word);
    return anchor->state == HANDLE_INSTALLED ? 1 : anchor->length; /* a table's length counts its children */
}

#endif
