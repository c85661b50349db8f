/* The calling task's own handle table, seen from its side. */
#include <quire/entries.h>

#include <quire/task.h>

static struct entries own;

void own_entries_initialise(void)
{
    const struct start_page *page = start_page();

    entries_initialise(&own, page->handle_entries);
    for (uint32_t i = 0; i < page->handle_count && i < START_HANDLES; i++) {
        entries_mark(&own, handle_index(page->handles[i].handle), 1);
    }
}

must_use enum error own_entries_take(uint32_t count, uint32_t *first)
{
    return entries_take(&own, count, first);
}

void own_entries_release(uint32_t first, uint32_t count)
{
    entries_release(&own, first, count);
}

uint32_t own_entries_used(void)
{
    return own.used;
}

uint32_t own_entries_limit(void)
{
    return own.limit;
}

void own_entries_extend(uint32_t limit)
{
    entries_extend(&own, limit);
}
