#include "kernel/entry/handle_call.h"
#include "kernel/memory/ledger.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/mapping.h"
#include <quire/kinds.h>

static struct endpoint_line *line_of(const struct handle_entry *entry)
{
    return (struct endpoint_line *)(uintptr_t)entry->detail;
}

enum error handle_narrow(struct handle_entry *entry, uint64_t rights)
{
    bool closes = false;

    if (rights == 0 || (rights & ~(uint64_t)entry->rights))
        return ERROR_BAD_RIGHTS;
    if (entry->state == HANDLE_INSTALLED)
        return ERROR_INSTALLED;
    if (mapping_exists(entry))
        return ERROR_MAPPED;
    atomic_word *word = ledger_find(handle_entry_frame(entry));
    uint64_t value = ledger_lock(word);
    if ((entry->rights & ~rights) & RIGHT_RECEIVE)
        closes = endpoint_receiver_goes(handle_entry_frame(entry));
    entry->rights = (uint16_t)rights;
    ledger_unlock(word, value);
    if (closes)
        endpoint_close(line_of(entry));
    return ERROR_NONE;
}

enum error handle_badge(struct handle_entry *entry, uint64_t badge)
{
    if (entry->kind != KIND_ENDPOINT)
        return ERROR_WRONG_KIND;
    if (!(entry->rights & RIGHT_OWNER))
        return ERROR_MISSING_RIGHT;
    entry->place = badge;
    return ERROR_NONE;
}

enum error handle_notify(const struct handle_entry *entry)
{
    if (entry->kind != KIND_ENDPOINT)
        return ERROR_WRONG_KIND;
    if (!(entry->rights & RIGHT_NOTIFY))
        return ERROR_MISSING_RIGHT;
    if (line_of(entry)->closed)
        return ERROR_NO_SERVER;
    endpoint_notify(line_of(entry), entry->place);
    return ERROR_NONE;
}
