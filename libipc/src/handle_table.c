/* A longer handle table for this task. */
#include <quire/client.h>

#include <quire/entries.h>
#include <quire/system_call.h>

#define TABLE_ENTRIES 64 /* in a frame */

must_use enum error library_grow_handles(void)
{
    uint32_t limit = own_entries_limit();
    uint32_t missing;
    handle table;
    enum error error;

    if (limit + TABLE_ENTRIES > ENTRIES_MAX) {
        return ERROR_NO_TABLE_ENTRY;
    }
    error = frame_allocate(&table);
    if (error != ERROR_NONE) {
        return error;
    }
    error = frame_repurpose(table, KIND_HANDLE_TABLE);
    if (error == ERROR_NONE) {
        error = system_call_install(table, limit / TABLE_ENTRIES, 0, &missing);
    }
    if (error != ERROR_NONE) {
        enum error dropped = frame_drop(table); /* the first error is the one to tell */
        (void)dropped;
        return error;
    }
    own_entries_extend(limit + TABLE_ENTRIES);
    return ERROR_NONE;
}
