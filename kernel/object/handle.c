#include "kernel/object/handle.h"
#include "kernel/memory/ledger_word.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/handle_table.h"
#include <stddef.h>

handle handle_value(const struct task *task, uint32_t index)
{
    return handle_make(index, handle_entry_generation(handle_table_entry(task, index)));
}

/* The endpoint's line that callers and receivers of the task's CPU meet at. */
static uint64_t detail_for(const struct task *task, enum kind kind, uint64_t frame)
{
    return kind == KIND_ENDPOINT ? (uint64_t)(uintptr_t)endpoint_line(frame, task->cpu_number) : 0;
}

static void fill(struct handle_entry *entry, struct task *task, uint32_t generation, uint64_t frame, enum kind kind,
                 uint32_t rights)
{
    entry->name = frame | (uint64_t)generation << 32;
    entry->kind = (uint16_t)kind;
    entry->rights = (uint16_t)rights;
    entry->state = HANDLE_HELD;
    entry->place = 0;
    entry->detail = detail_for(task, kind, frame);
    entry->owner = task;
}

uint64_t handle_link(struct handle_entry *entry, uint64_t locked_word)
{
    if (ledger_word_state(locked_word) != LEDGER_HELD) {
        entry->next = entry;
        entry->previous = entry;
        entry->length = 1;
        return ledger_word_held(entry) | LEDGER_LOCKED;
    }
    struct handle_entry *anchor = ledger_word_anchor(locked_word);
    entry->next = anchor;
    entry->previous = anchor->previous;
    anchor->previous->next = entry;
    anchor->previous = entry;
    entry->length = 0;
    anchor->length++;
    return locked_word;
}

uint64_t handle_fill(struct task *task, uint32_t index, uint32_t generation, uint64_t frame, enum kind kind,
                     uint32_t rights, uint64_t locked_word)
{
    struct handle_entry *entry = handle_table_entry(task, index);

    fill(entry, task, generation, frame, kind, rights);
    return handle_link(entry, locked_word);
}

uint64_t handle_unlink(struct handle_entry *entry, uint64_t locked_word)
{
    struct handle_entry *anchor = ledger_word_anchor(locked_word);
    struct handle_entry *next = entry->next;

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

uint64_t handle_replace(struct handle_entry *old, struct task *task, uint32_t index, uint32_t generation,
                        uint64_t locked_word)
{
    struct handle_entry *entry = handle_table_entry(task, index);
    struct handle_entry *anchor = ledger_word_anchor(locked_word);

    fill(entry, task, generation, handle_entry_frame(old), old->kind, old->rights);
    if (old->kind == KIND_ENDPOINT)
        entry->place = old->place;
    entry->length = old->length;
    entry->next = old->next == old ? entry : old->next;
    entry->previous = old->previous == old ? entry : old->previous;
    entry->next->previous = entry;
    entry->previous->next = entry;
    handle_empty(old);
    return anchor == old ? ledger_word_held(entry) | LEDGER_LOCKED : locked_word;
}

void handle_empty(struct handle_entry *entry)
{
    *entry = (struct handle_entry){0};
}

uint64_t handle_count(uint64_t word)
{
    return ledger_word_state(word) == LEDGER_HELD ? ledger_word_anchor(word)->length : 0;
}
