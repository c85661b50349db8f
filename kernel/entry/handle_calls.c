/* System calls about single handles. */
#include "kernel/entry/calls.h"
#include "kernel/memory/ledger.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/handle_ring.h"
#include "kernel/object/handle_table.h"
#include "kernel/object/interrupt_line.h"
#include "kernel/object/mapping.h"

static struct endpoint_line *line_of(const struct handle_entry *entry)
{
    return (struct endpoint_line *)(uintptr_t)entry->detail;
}

enum error perform_narrow(struct task *caller)
{
    uint64_t rights = caller->registers.rsi;
    struct handle_entry *entry;
    bool closes = false;
    enum error error = handle_find(caller, caller->registers.rdi, &entry);

    if (error)
        return error;
    if (rights == 0 || (rights & ~(uint64_t)entry->rights))
        return ERROR_BAD_RIGHTS;
    if (entry->state == HANDLE_INSTALLED)
        return ERROR_INSTALLED;
    if (mapping_exists(entry))
        return ERROR_MAPPED;
    uint64_t name = atomic_load_relaxed(&entry->name);
    atomic_word *word;
    uint64_t value;
    if (name == 0 || !handle_lock(entry, name, &word, &value))
        return ERROR_BAD_HANDLE;
    if ((entry->rights & ~rights) & RIGHT_RECEIVE)
        closes = endpoint_receiver_goes(handle_entry_frame(entry), caller->cpu_number);
    entry->rights = (uint16_t)rights;
    ledger_unlock(word, value);
    if (closes)
        endpoint_close(line_of(entry));
    return ERROR_NONE;
}

enum error perform_badge(struct task *caller)
{
    struct handle_entry *entry;
    enum error error = handle_find_object(caller, caller->registers.rdi, KIND_ENDPOINT, RIGHT_OWNER, &entry);

    if (!error)
        entry->place = caller->registers.rsi;
    return error;
}

enum error perform_notify(struct task *caller)
{
    struct handle_entry *entry;
    enum error error = handle_find_object(caller, caller->registers.rdi, KIND_ENDPOINT, RIGHT_NOTIFY, &entry);

    if (error)
        return error;
    if (endpoint_is_closed(line_of(entry)))
        return ERROR_NO_SERVER;
    endpoint_notify(line_of(entry), entry->place);
    return ERROR_NONE;
}

/* The handle is looked up anew at each interrupt. */
enum error perform_interrupt(struct task *caller)
{
    struct handle_entry *entry;
    enum error error = ERROR_NONE;

    if (!(caller->powers & POWER_INTERRUPTS))
        return ERROR_NOT_PERMITTED;
    if (caller->registers.rdi)
        error = handle_find_object(caller, caller->registers.rdi, KIND_ENDPOINT, RIGHT_NOTIFY, &entry);
    return error ? error : interrupt_line_bind(caller, caller->registers.rdi, caller->registers.rsi);
}

enum error perform_acknowledge(struct task *caller)
{
    return caller->powers & POWER_INTERRUPTS ? interrupt_line_open(caller, caller->registers.rsi) : ERROR_NOT_PERMITTED;
}
