#include "servers/frameserv/core/undo.h"

static uint64_t put_back(uint64_t address, uint64_t old)
{
    char *first = (char *)(uintptr_t)(address % UNDO_FURTHER);
    uint64_t count = address / UNDO_FURTHER + 1;

    for (uint64_t k = 0; k < count; k++)
        atomic_store_release((atomic_word *)(first + k * SLOT_SIZE), old);
    return count;
}

uint64_t undo_roll_back(struct undo_log *log)
{
    uint64_t left = atomic_load_relaxed(&log->length);
    uint64_t words = 0;

    if (left > UNDO_ENTRIES)
        left = 0; /* somebody wrote over it: what the entries say is not to be believed either */
    for (; left > 0; left--) {
        const struct undo_entry *entry = &log->entries[left - 1];
        words += put_back(atomic_load_relaxed(&entry->address), atomic_load_relaxed(&entry->old));
    }
    atomic_store_release(&log->length, 0);
    return words;
}
