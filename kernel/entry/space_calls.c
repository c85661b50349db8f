/* System calls about address spaces: the caller's, or that of a stopped task, in whose table the handle is then. */
#include "kernel/entry/calls.h"
#include "kernel/object/handle_table.h"
#include "kernel/object/mapping.h"

/* The task, and its handle. Errors as find_stopped_task, BAD_HANDLE, STALE_HANDLE. */
static enum error find(struct task *caller, struct task **subject, struct handle_entry **entry)
{
    handle value = caller->registers.words[WORD_R8];
    enum error error = ERROR_NONE;

    *subject = caller;
    if (value)
        error = find_stopped_task(caller, value, subject);
    return error ? error : handle_find(*subject, caller->registers.rdi, entry);
}

enum error perform_space_call(struct task *caller)
{
    const struct registers *in = &caller->registers;
    struct task *subject;
    struct handle_entry *entry;
    uint32_t missing = 0;
    enum error error = find(caller, &subject, &entry);

    if (error)
        return error;
    switch (rax_number(in->rax)) {
    case SYSTEM_CALL_MAP:
        error = mapping_add(subject, entry, in->rsi, in->words[WORD_RDX], &missing);
        break;
    case SYSTEM_CALL_UNMAP:
        return mapping_remove(entry);
    case SYSTEM_CALL_INSTALL:
        error = table_install(subject, entry, in->rsi, in->words[WORD_RDX], &missing);
        break;
    case SYSTEM_CALL_UNINSTALL:
        return table_uninstall(subject, entry);
    default: /* INSPECT */
        caller->answer.rsi = entry->rights;
        caller->answer.rdx = entry->kind;
        caller->answer.r8 = mapping_exists(entry) ? entry->detail : 0;
        return ERROR_NONE;
    }
    caller->answer.rsi = error == ERROR_NO_TABLE ? missing : 0;
    return error;
}
