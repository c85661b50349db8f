/* A task without an image: a task frame, a root table, a handle table. It is stopped; started anywhere it faults. */
#ifndef TESTS_TASKS_CHILD_BARE_H
#define TESTS_TASKS_CHILD_BARE_H

#include <quire/client.h>
#include <quire/entries.h>
#include <quire/system_call.h>

/* A frame of a kind. */
static inline must_use enum error object_make(enum kind kind, handle *object)
{
    enum error error = frame_allocate(object);

    if (error == ERROR_NONE) {
        error = frame_repurpose(*object, kind);
        if (error != ERROR_NONE) {
            enum error dropped = frame_drop(*object);
            (void)dropped;
        }
    }
    return error;
}

/* What a task is to be made of; task, root and table. On an error what was made is the caller's to drop: 0 is nothing. */
static inline must_use enum error bare_parts(handle *task, struct task_parts *parts)
{
    enum error error = object_make(KIND_TASK, task);

    *parts = (struct task_parts){.name = "bare", .priority = start_page()->priority, .cpu = start_page()->cpu};
    if (error == ERROR_NONE) {
        error = object_make(KIND_PAGE_TABLE, &parts->root);
    }
    if (error == ERROR_NONE) {
        error = object_make(KIND_HANDLE_TABLE, &parts->handle_table);
    }
    return error;
}

/* Creates it of its parts, which are gone then. */
static inline must_use enum error bare_create(handle task, const struct task_parts *parts)
{
    enum error error = system_call_create(task, parts);

    if (error == ERROR_NONE) {
        own_entries_release(handle_index(parts->root), 1);
        own_entries_release(handle_index(parts->handle_table), 1);
        if (parts->end != 0) {
            own_entries_release(handle_index(parts->end), 1);
        }
    }
    return error;
}

/* end: as in struct task_parts. */
static inline must_use enum error bare_make(handle end, handle *task)
{
    struct task_parts parts;
    enum error error = bare_parts(task, &parts);

    parts.end = end;
    return error != ERROR_NONE ? error : bare_create(*task, &parts);
}

/* Moves handles of this task into the table of a stopped one. */
static inline must_use enum error bare_give(handle task, handle first, uint32_t count, uint32_t dst, handle *there)
{
    enum error error = system_call_give(task, first, count, dst, there);

    if (error == ERROR_NONE) {
        own_entries_release(handle_index(first), count);
    }
    return error;
}

#endif
