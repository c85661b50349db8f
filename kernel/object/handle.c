#include "kernel/object/handle.h"
#include "kernel/object/handle_ring.h"
#include "kernel/object/handle_table.h"

uint64_t handle_replace(struct handle_entry *old, struct task *task, uint32_t index, uint32_t generation,
                        uint64_t locked_word)
{
    struct handle_entry *entry = handle_table_entry(task, index);
    bool anchor = ledger_word_anchor(locked_word) == old;

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

uint64_t handle_count(uint64_t word)
{
    if (ledger_word_state(word) != LEDGER_HELD)
        return 0;
    const struct handle_entry *anchor = ledger_word_anchor(word);
    return anchor->state == HANDLE_INSTALLED ? 1 : anchor->length; /* a table's length counts its children */
}
