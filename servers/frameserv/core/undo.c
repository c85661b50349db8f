#include "servers/frameserv/core/undo.h"

static void put_back(uint64_t address, uint64_t old)
{
    char *first = (char *)(uintptr_t)(address % UNDO_FURTHER);

    for (uint64_t k = 0; k <= address / UNDO_FURTHER; k++)
        atomic_store_release((atomic_word *)(first + k * SLOT_SIZE), old);
}

void undo_roll_back(struct undo_log *log)
{
    for (uint64_t left = atomic_load_relaxed(&log->length); left > 0; left--) {
        const struct undo_entry *entry = &log->entries[left - 1];
        put_back(atomic_load_relaxed(&entry->address), atomic_load_relaxed(&entry->old));
    }
    atomic_store_release(&log->length, 0);
}
