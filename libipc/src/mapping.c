/* Mappings, and the page tables that they need. */
#include <quire/client.h>

#include "libipc/src/frame_kind.h"
#include <quire/slot.h>
#include <quire/system_call.h>
#include <stdbool.h>

#define LEVELS 3 /* of tables that a task can install; the root is the kernel's */

struct table {
    handle frame;
    uint32_t level; /* 1 maps pages */
};

static struct table tables[TABLES_MAX];
static uint32_t table_count;

static enum error give_back(handle table)
{
    enum error error = frame_repurpose(table, KIND_UNTYPED);

    return error != ERROR_NONE ? error : frame_drop(table);
}

/* Buys a table of a level over an address and installs it. */
static enum error buy_table(uint64_t address, uint32_t level)
{
    handle table;
    uint32_t missing;
    enum error error;

    if (table_count == TABLES_MAX) {
        return ERROR_NO_TABLE;
    }
    error = frame_allocate_kind(KIND_PAGE_TABLE, &table);
    if (error != ERROR_NONE) {
        return error;
    }
    error = system_call_install(table, address, level, &missing);
    if (error != ERROR_NONE) {
        frame_drop_quietly(table);
        return error;
    }
    tables[table_count++] = (struct table){.frame = table, .level = level};
    return ERROR_NONE;
}

must_use enum error frame_map(handle frame, uint64_t address, uint32_t rights)
{
    /* Each round installs the topmost table that is missing, so LEVELS rounds suffice. */
    for (uint32_t round = 0;; round++) {
        uint32_t missing;
        enum error error = system_call_map(frame, address, rights, &missing);

        if (error != ERROR_NO_TABLE || round == LEVELS) {
            return error;
        }
        error = buy_table(address, missing);
        if (error != ERROR_NONE) {
            return error;
        }
    }
}

must_use enum error frame_map_anywhere(handle frame, uint32_t rights, void **address)
{
    uint64_t chosen = MAPPING_BASE + handle_index(frame) * FRAME_SIZE;
    enum error error = frame_map(frame, chosen, rights);

    if (error == ERROR_NONE) {
        *address = (void *)chosen;
    }
    return error;
}

must_use enum error frame_unmap(handle frame)
{
    return system_call_unmap(frame);
}

/* Gives back the tables of one level that are empty. */
static enum error release_level(uint32_t level)
{
    uint32_t remaining = 0;
    enum error result = ERROR_NONE;

    for (uint32_t i = 0; i < table_count; i++) {
        enum error error = ERROR_HAS_CHILDREN;

        if (tables[i].level == level) {
            error = system_call_uninstall(tables[i].frame);
            if (error == ERROR_NONE) {
                error = give_back(tables[i].frame);
                result = result == ERROR_NONE ? error : result;
                continue;
            }
        }
        if (error != ERROR_HAS_CHILDREN) {
            result = result == ERROR_NONE ? error : result;
        }
        tables[remaining++] = tables[i];
    }
    table_count = remaining;
    return result;
}

must_use enum error library_release_tables(uint32_t *kept)
{
    enum error result = ERROR_NONE;

    for (uint32_t level = 1; level <= LEVELS; level++) {
        enum error error = release_level(level);

        result = result == ERROR_NONE ? error : result;
    }
    if (kept != NULL) {
        *kept = table_count;
    }
    return result;
}

uint32_t library_tables(void)
{
    return table_count;
}
