/* Looking handles up in a task's table: the part of every system call that names one, and so inline. */
#ifndef KERNEL_OBJECT_HANDLE_TABLE_H
#define KERNEL_OBJECT_HANDLE_TABLE_H

#include "kernel/object/task.h"
#include <stddef.h>

/* The entry of an index in the task's table, or NULL when there is no such entry. Entry 0 is never used. */
static inline struct handle_entry *handle_table_entry(const struct task *task, uint32_t index)
{
    if (index == 0 || index >= task->handle_limit)
        return NULL;
    return &task->tables[index / HANDLES_PER_TABLE][index % HANDLES_PER_TABLE];
}

/* Of `count` entries from `index` on, which exist, those that lie in one table: the first one's address; *part: how many. */
static inline struct handle_entry *handle_table_part(const struct task *task, uint32_t index, uint32_t count,
                                                     uint32_t *part)
{
    uint32_t room = HANDLES_PER_TABLE - index % HANDLES_PER_TABLE;

    *part = count < room ? count : room;
    return &task->tables[index / HANDLES_PER_TABLE][index % HANDLES_PER_TABLE];
}

/* Whether an entry was filled under a generation. BAD_HANDLE: it is empty. STALE_HANDLE: filled since under another one.
 * An entry in state LEAVING counts as empty; it and an empty one have generation 0, which no handle has. */
must_use static inline enum error handle_entry_check(const struct handle_entry *entry, uint32_t generation)
{
    uint32_t found = handle_entry_generation(entry);

    if (found == 0)
        return ERROR_BAD_HANDLE;
    return found == generation ? ERROR_NONE : ERROR_STALE_HANDLE;
}

/* The filled entry that the task's handle names. BAD_HANDLE: no such entry; and as above. */
must_use static inline enum error handle_find(const struct task *task, handle value, struct handle_entry **entry)
{
    uint32_t index = handle_index(value);

    if (index >= task->handle_limit)
        return ERROR_BAD_HANDLE;
    struct handle_entry *found = &task->tables[index / HANDLES_PER_TABLE][index % HANDLES_PER_TABLE];
    enum error error = handle_entry_check(found, handle_generation(value));
    if (!error)
        *entry = found;
    return error;
}

/* The same for an object of a kind, with a right if one is given. WRONG_KIND, MISSING_RIGHT. */
must_use static inline enum error handle_find_object(const struct task *task, handle value, enum kind kind,
                                                     uint32_t right, struct handle_entry **entry)
{
    enum error error = handle_find(task, value, entry);

    if (error)
        return error;
    if ((*entry)->kind != kind)
        return ERROR_WRONG_KIND;
    return ((*entry)->rights & right) == right ? ERROR_NONE : ERROR_MISSING_RIGHT;
}

/* Makes a stripped entry empty, since nobody else touches it any more. */
static inline bool handle_clear_stripped(struct handle_entry *entry)
{
    if (entry->state != HANDLE_STRIPPED)
        return false;
    entry->kind = KIND_NONE;
    entry->rights = 0;
    entry->place = 0;
    entry->detail = 0;
    entry->state = HANDLE_EMPTY;
    return true;
}

/* Whether the entry of a task that this CPU may touch can be filled. */
static inline bool handle_is_vacant(struct handle_entry *entry)
{
    return entry->state == HANDLE_EMPTY || handle_clear_stripped(entry);
}

/* Whether n entries from index dst on exist (else BAD_DESTINATION) and are empty (else OCCUPIED);
 * BAD_COUNT for n = 0. */
must_use static inline enum error handle_destination(struct task *task, uint32_t dst, uint32_t n)
{
    if (n == 0)
        return ERROR_BAD_COUNT;
    if (dst == 0 || dst >= task->handle_limit || n > task->handle_limit - dst)
        return ERROR_BAD_DESTINATION;
    for (uint32_t part; n > 0; dst += part, n -= part) {
        struct handle_entry *entries = handle_table_part(task, dst, n, &part);
        for (struct handle_entry *entry = entries; entry < entries + part; entry++)
            if (!handle_is_vacant(entry))
                return ERROR_OCCUPIED;
    }
    return ERROR_NONE;
}

/* The generation for all entries that one message fills in the task's table: 1 to 2^32 - 1, then from 1 again. */
static inline uint32_t handle_generation_next(struct task *task)
{
    task->generation += task->generation == UINT32_MAX ? 2 : 1;
    return task->generation;
}

#endif
