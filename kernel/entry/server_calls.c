/* System calls of the frame server. */
#include "kernel/entry/calls.h"
#include "kernel/ipc/strip.h"
#include "kernel/memory/ledger.h"
#include "kernel/memory/release.h"
#include "kernel/memory/window.h"
#include "kernel/object/handle_ring.h"
#include <string.h>

enum error perform_pattern(struct task *caller)
{
    if (!caller->server)
        return ERROR_NOT_PERMITTED;
    window_patterns_set((const struct slot *)(const void *)caller->transfer);
    return ERROR_NONE;
}

enum error perform_release(struct task *caller)
{
    return caller->server ? memory_release(caller->registers.rdi, caller->registers.rsi) : ERROR_NOT_PERMITTED;
}

enum error perform_strip(struct task *caller)
{
    return caller->server ? strip(caller, &caller->answer.rsi, &caller->answer.rdx) : ERROR_NOT_PERMITTED;
}

enum error perform_audit(struct task *caller)
{
    return caller->server ? ERROR_NONE : ERROR_NOT_PERMITTED;
}

enum error perform_holder(struct task *caller)
{
    const atomic_word *word = ledger_find(caller->registers.rdi);
    uint64_t value = word ? atomic_load_relaxed(word) : 0;

    if (!caller->server)
        return ERROR_NOT_PERMITTED;
    if (ledger_word_state(value) != LEDGER_HELD)
        return ERROR_UNUSED;
    const struct handle_entry *entry = ledger_word_anchor(value);
    caller->answer.rsi = entry->rights;
    memcpy(&caller->answer.rdx, entry->owner->name, sizeof(entry->owner->name)); /* and r8, r9 */
    return ERROR_NONE;
}
