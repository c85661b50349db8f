#include "kernel/ipc/strip.h"
#include "kernel/cpu/instructions.h"
#include "kernel/ipc/carry.h"
#include "kernel/memory/ledger.h"
#include "kernel/object/handle_ring.h"
#include "kernel/object/handle_table.h"
#include "kernel/object/mapping.h"
#include "kernel/object/schedule.h"
#include <quire/kinds.h>

/* A task that waits at an endpoint, for its turn or for a call, by a handle that is gone. */
static void wake_waiter(struct task *task, const struct handle_entry *entry)
{
    bool waits = task->state == TASK_CALLING || task->state == TASK_RECEIVING;

    if (!waits || handle_table_entry(task, handle_index(task->registers.rdi)) != entry)
        return;
    (void)task_withdraw(task, false);
    task_call_ends(task, ERROR_REVOKED);
}

/* Takes one entry away, wherever it is. */
static void take_away(struct handle_entry *entry, atomic_word *word, uint64_t value)
{
    struct endpoint_line *line = (struct endpoint_line *)(uintptr_t)entry->detail;
    bool endpoint = entry->kind == KIND_ENDPOINT;
    bool closes = false;

    value = handle_withdraw(entry, value, &closes);
    if (mapping_exists(entry))
        mapping_clear(entry);
    ledger_unlock(word, value);
    if (endpoint)
        wake_waiter(entry->owner, entry);
    handle_empty(entry);
    if (closes)
        endpoint_close(line);
}

enum error strip(struct task *worker, uint64_t *taken, uint64_t *left)
{
    const struct task *caller = worker->caller;

    if (!caller)
        return ERROR_NO_CALLER;
    if (rax_action(caller->service.pending) != ACTION_REVOKE || rax_mode(caller->service.pending) != MODE_BORROW ||
        rax_n(caller->registers.rax) > 1)
        return ERROR_NOT_WANTED;
    enum error error = carry_borrowed_check(caller);
    if (error)
        return error;
    struct handle_entry *kept = caller->service.borrowed[0];
    if (!(kept->rights & RIGHT_OWNER))
        return ERROR_MISSING_RIGHT;
    if (kept->kind == KIND_TASK && task_of_entry(kept)->server) /* it has one to itself, which has to stay */
        return ERROR_NOT_PERMITTED;
    atomic_word *word = ledger_find(handle_entry_frame(kept));
    *taken = 0;
    while (kept->next != kept && *taken < STRIP_RUN) {
        take_away(kept->next, word, ledger_lock(word));
        *taken += 1;
    }
    *left = handle_count(atomic_load_relaxed(word));
    return ERROR_NONE;
}
