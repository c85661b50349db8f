/* A longer handle table for this task. */
#include <quire/client.h>

#include "libipc/src/frame_kind.h"
#include "libipc/src/task_layout.h"
#include <quire/entries.h>
#include <quire/system_call.h>

must_use enum error library_grow_handles(void)
{
    uint32_t limit = own_entries_limit();
    uint32_t missing;
    handle table;
    enum error error;

    if (limit + TABLE_ENTRIES > ENTRIES_MAX) {
        return ERROR_NO_TABLE_ENTRY;
    }
    error = frame_allocate_kind(KIND_HANDLE_TABLE, &table);
    if (error != ERROR_NONE) {
        return error;
    }
    error = system_call_install(table, limit / TABLE_ENTRIES, 0, &missing);
    if (error != ERROR_NONE) {
        frame_drop_quietly(table);
        return error;
    }
    own_entries_extend(limit + TABLE_ENTRIES);
    return ERROR_NONE;
}
