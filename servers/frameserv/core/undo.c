#include "servers/frameserv/core/undo.h"

void undo_roll_back(struct undo_log *log)
{
    for (uint64_t left = atomic_load_relaxed(&log->length); left > 0; left--) {
        const struct undo_entry *entry = &log->entries[left - 1];
        atomic_word *word = (atomic_word *)(uintptr_t)atomic_load_relaxed(&entry->address);
        atomic_store_release(word, atomic_load_relaxed(&entry->old));
    }
    atomic_store_release(&log->length, 0);
}
