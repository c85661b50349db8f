/* What a test task has, as far as other tasks' tests count on it. */
#ifndef TESTS_TASKS_OWN_H
#define TESTS_TASKS_OWN_H

#include <quire/client.h>
#include <quire/entries.h>
#include <quire/task.h>

/* Frames of a task that it has no handle to: its root table, its first handle table, and the task itself. */
#define OWN_HIDDEN_FRAMES 3

/* How many frames become free when this task ends, if all its endpoints are those that it was given. An entry that is in
 * use answers that a handle of generation 0, which no handle has, is stale. */
static inline uint64_t own_frames(void)
{
    uint64_t used = 0;
    struct handle_facts facts;

    for (uint32_t index = 1; index < own_entries_limit(); index++) {
        used += system_call_inspect(handle_make(index, 0), &facts) == ERROR_STALE_HANDLE;
    }
    return used - start_page()->handle_count + OWN_HIDDEN_FRAMES;
}

/* Makes the handle table long enough for so many entries. */
static inline must_use enum error own_entries_reach(uint32_t entries)
{
    enum error error = ERROR_NONE;

    while (own_entries_limit() < entries && error == ERROR_NONE) {
        error = library_grow_handles();
    }
    return error;
}

#endif
