/* The calling task's own handle table, seen from its side. */
#include <quire/entries.h>

#include <quire/task.h>

struct entries own_entries;

void own_entries_initialise(void)
{
    const struct start_page *page = start_page();

    entries_initialise(&own_entries, page->handle_entries);
    if (page->entries_used > 1) {
        entries_mark(&own_entries, 1, page->entries_used - 1);
    }
    for (uint32_t i = 0; i < page->handle_count && i < START_HANDLES; i++) {
        entries_mark(&own_entries, handle_index(page->handles[i].handle), 1);
    }
}

uint32_t own_entries_used(void)
{
    return entries_used(&own_entries);
}

uint32_t own_entries_limit(void)
{
    return own_entries.limit;
}

void own_entries_extend(uint32_t limit)
{
    entries_extend(&own_entries, limit);
}
