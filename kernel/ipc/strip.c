#include "kernel/ipc/strip.h"
#include "kernel/cpu/flush.h"
#include "kernel/cpu/instructions.h"
#include "kernel/ipc/carry.h"
#include "kernel/memory/ledger.h"
#include "kernel/object/handle_ring.h"
#include "kernel/object/handle_table.h"
#include "kernel/object/mapping.h"
#include "kernel/object/pin.h"
#include "kernel/object/schedule.h"
#include <quire/atomic.h>
#include <quire/kinds.h>
#include <stddef.h>

/* Handles that are taken away without letting interrupts in: a frame's that is mapped nowhere, others. */
#define STRIP_STEP 32
#define STRIP_COSTLY 8

/* Handles that were taken away under one lock. */
struct stripped {
    uint64_t count;
    uint64_t flush;       /* CPUs that may still know a mapping, a bit each */
    uint32_t owner_count; /* tasks that had it mapped */
    const struct task *owners[STRIP_COSTLY];
    struct task *waiter[STRIP_COSTLY]; /* callers that waited by such a handle */
    uint32_t waiter_count;
    struct endpoint_line *closes; /* not NULL: nobody can receive there any more; its callers hear that first */
    uint64_t left;                /* handles, the one that stays among them */
};

/* A task that waits in an endpoint's queue by a handle that goes is this CPU's from here on. */
static void take_waiter(const struct handle_entry *entry, struct stripped *stripped)
{
    struct task *task = entry->owner;
    struct endpoint *endpoint = endpoint_of(handle_entry_frame(entry));

    if (atomic_pointer_load_acquire(&task->queue) == endpoint &&
        handle_table_entry(task, handle_index(task->registers.rdi)) == entry && endpoint_forget_locked(endpoint, task))
        stripped->waiter[stripped->waiter_count++] = task;
}

static bool is_cheap(const struct handle_entry *entry)
{
    return entry->kind == KIND_UNTYPED && !entry->place;
}

/* The same that take_away does. */
static uint64_t take_cheap(struct handle_entry *entry, uint64_t value, struct stripped *stripped)
{
    value = handle_unlink(entry, value);
    handle_strip(entry);
    stripped->count++;
    return value;
}

/* Takes one entry away, wherever it is; its frame's word is locked. */
static uint64_t take_away(struct handle_entry *entry, uint64_t value, struct stripped *stripped)
{
    struct endpoint_line *line = (struct endpoint_line *)(uintptr_t)entry->detail;
    bool receives = entry->kind == KIND_ENDPOINT && (entry->rights & RIGHT_RECEIVE);
    uint32_t home = entry->owner->cpu_number;
    bool closes = false;

    value = handle_withdraw(entry, value, &closes);
    if (entry->kind == KIND_ENDPOINT)
        take_waiter(entry, stripped);
    if (closes)
        stripped->closes = line;
    if (mapping_exists(entry)) {
        mapping_clear(entry);
        stripped->owners[stripped->owner_count++] = entry->owner;
    }
    handle_strip(entry);
    if (receives)
        endpoint_poke(line, home); /* it may be what a receiver waits by there: by now that is gone */
    stripped->count++;
    return value;
}

/* Takes some away that follow the one that stays, if that is what it was. */
static enum error take_some(const struct handle_entry *kept, uint64_t name, uint64_t most, struct stripped *stripped)
{
    uint32_t costly = 0;
    atomic_word *word;
    uint64_t value;

    stripped->count = 0;
    stripped->flush = 0;
    stripped->owner_count = 0;
    stripped->waiter_count = 0;
    stripped->closes = NULL;
    if (!handle_lock(kept, name, &word, &value))
        return ERROR_REVOKED;
    while (kept->next != kept && stripped->count < most && costly < STRIP_COSTLY && !stripped->closes) {
        struct handle_entry *entry = kept->next;
        if (is_cheap(entry)) {
            value = take_cheap(entry, value, stripped);
        } else {
            value = take_away(entry, value, stripped);
            costly++;
        }
    }
    stripped->left = handle_count(value);
    if (stripped->owner_count)
        atomic_fence_all(); /* before it is looked who runs where */
    for (uint32_t k = 0; k < stripped->owner_count; k++)
        stripped->flush |= mapping_loaded_elsewhere(stripped->owners[k]);
    if (stripped->flush)
        pin((uint32_t)name);
    ledger_unlock(word, value);
    return ERROR_NONE;
}

/* What has to be done about it without the lock. */
static void settle(const struct stripped *stripped)
{
    if (stripped->flush) {
        flush_others(stripped->flush);
        unpin();
    }
    for (uint32_t k = 0; k < stripped->waiter_count; k++)
        task_call_ends(stripped->waiter[k], ERROR_REVOKED);
    if (stripped->closes)
        endpoint_close(stripped->closes);
}

enum error strip(struct task *worker, struct answer *answer)
{
    struct task *caller = worker->caller;
    struct stripped stripped;
    uint64_t taken = 0;

    if (!caller)
        return ERROR_NO_CALLER;
    if (rax_action(caller->service.pending) != ACTION_REVOKE || rax_mode(caller->service.pending) != MODE_BORROW ||
        rax_n(caller->registers.rax) > 1)
        return ERROR_NOT_WANTED;
    enum error error = carry_borrowed_check(caller);
    if (error)
        return error;
    struct handle_entry *kept = caller->service.borrowed[0];
    uint64_t name = caller->service.borrowed_name[0];
    if (!(kept->rights & RIGHT_OWNER))
        return ERROR_MISSING_RIGHT;
    if (kept->kind == KIND_TASK && task_of_entry(kept)->server) /* it has one to itself, which has to stay */
        return ERROR_NOT_PERMITTED;
    do {
        error = take_some(kept, name, STRIP_RUN - taken < STRIP_STEP ? STRIP_RUN - taken : STRIP_STEP, &stripped);
        if (error)
            break;
        settle(&stripped);
        taken += stripped.count;
        interrupt_window();
    } while (stripped.left > 1 && taken < STRIP_RUN);
    if (atomic_load_relaxed(&frames_pinned))
        pin_wait((uint32_t)name); /* what another one has taken away is out of use, too */
    caller->service.stripped += taken;
    answer->rsi = taken;
    answer->rdx = error ? 0 : stripped.left;
    answer->r8 = caller->service.stripped;
    return taken ? ERROR_NONE : error;
}
