/* The second half: handles move into the new task's table, from the first entry on. */
#include "libipc/src/making.h"

#include "libipc/src/load_image.h"
#include <quire/client.h>
#include <quire/slot.h>
#include <quire/task.h>

/* Moves handles behind those that the task has. */
static enum error give(struct making *making, handle first, uint32_t count, handle *there)
{
    enum error error = system_call_give(making->task, first, count, making->next, there);

    if (error == ERROR_NONE) {
        own_entries_release(handle_index(first), count);
        making->next += count;
    }
    return error;
}

/* Gives a handle that the start page names. *copy, if it is one, is the task's then. */
static enum error give_named(struct making *making, handle value, handle *copy)
{
    struct start_page_facts *facts = &making->facts;
    bool copied = copy != NULL && *copy != 0;
    enum error error = give(making, copied ? *copy : value, 1, &facts->handles[facts->handle_count]);

    if (error == ERROR_NONE) {
        facts->handle_count++;
        if (copied) {
            *copy = 0;
        }
    }
    return error;
}

static enum error give_handles(struct making *making)
{
    const struct task_plan *plan = making->plan;
    enum error error = give_named(making, plan->server, &making->server);

    if (error == ERROR_NONE && making->facts.console) {
        error = give_named(making, plan->console, &making->console);
    }
    for (uint32_t k = 0; k < plan->gift_count && error == ERROR_NONE; k++) {
        error = give_named(making, plan->gifts[k].value, NULL);
    }
    return error;
}

/* Gives the next table of a supply and installs it; address: as for system_call_install. */
static enum error give_table(struct making *making, struct supply *tables, uint64_t address, uint32_t level)
{
    handle table;
    handle there;
    uint32_t missing;

    if (supply_next(tables, 1, &table) == 0) {
        return ERROR_NO_TABLE;
    }
    enum error error = give(making, table, 1, &there);
    if (error != ERROR_NONE) {
        return error;
    }
    tables->used++;
    return system_call_install_in(making->task, there, address, level, &missing);
}

/* One after the other, since each makes room for 63 more. */
static enum error give_handle_tables(struct making *making)
{
    enum error error = ERROR_NONE;

    for (uint32_t position = 1; position <= making->layout.handle_tables && error == ERROR_NONE; position++) {
        error = give_table(making, &making->handle_tables, position, 0);
    }
    making->facts.handle_entries = (1 + making->layout.handle_tables) * TABLE_ENTRIES;
    return error;
}

/* Maps a page that the task has; the tables that it needs are given as the kernel asks for them. */
static enum error map_page(struct making *making, uint32_t number, handle there)
{
    uint64_t place;
    const struct layout_area *area = task_layout_page(&making->layout, number, &place);
    uint64_t address = area->address + place * FRAME_SIZE;
    uint32_t missing;
    enum error error;

    while ((error = system_call_map_in(making->task, there, address, area->rights, &missing)) == ERROR_NO_TABLE) {
        error = give_table(making, &making->page_tables, address, missing);
        if (error != ERROR_NONE) {
            return error;
        }
    }
    return error;
}

/* Gives pages up to a number and maps them. */
static enum error give_pages(struct making *making, uint32_t end)
{
    struct supply *pages = &making->pages;
    handle first;
    handle there;

    for (uint32_t count; (count = supply_next(pages, end - pages->used, &first)) > 0;) {
        uint32_t number = pages->used;
        enum error error = give(making, first, count, &there);

        if (error != ERROR_NONE) {
            return error;
        }
        pages->used += count;
        for (uint32_t k = 0; k < count; k++) {
            error = map_page(making, number + k, handle_of_run(there, k));
            if (error != ERROR_NONE) {
                return error;
            }
        }
    }
    return ERROR_NONE;
}

/* The start page is the last one: it tells about all others. Its tables take no more entries after it is filled. */
static enum error give_start_page(struct making *making)
{
    handle frame = supply_frame(&making->pages, making->layout.pages - 1);
    void *page;
    enum error error = frame_open(frame, &page);

    if (error != ERROR_NONE) {
        return error;
    }
    making->facts.entries_used = making->next + 1 + (making->page_tables.count - making->page_tables.used);
    start_page_fill(page, start_page(), making->plan, &making->facts);
    error = frame_unmap(frame);
    return error != ERROR_NONE ? error : give_pages(making, making->layout.pages);
}

must_use enum error making_furnish(struct making *making)
{
    enum error error = give_handles(making);

    if (error == ERROR_NONE) {
        error = give_handle_tables(making);
    }
    if (error == ERROR_NONE) {
        error = give_pages(making, making->layout.pages - 1);
    }
    return error != ERROR_NONE ? error : give_start_page(making);
}
