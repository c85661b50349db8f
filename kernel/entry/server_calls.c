/* System calls of the frame server. */
#include "kernel/entry/calls.h"
#include "kernel/ipc/carry.h"
#include "kernel/ipc/hold.h"
#include "kernel/ipc/restart.h"
#include "kernel/ipc/strip.h"
#include "kernel/ipc/sweep.h"
#include "kernel/memory/ledger.h"
#include "kernel/memory/release.h"
#include "kernel/memory/window.h"
#include "kernel/object/audit.h"
#include "kernel/object/handle_ring.h"
#include "kernel/object/server_image.h"
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
    return caller->server ? strip(caller, &caller->answer) : ERROR_NOT_PERMITTED;
}

/* Handles to a frame that left with calls in service, and may come back. No worker runs. */
static uint64_t moving(uint64_t frame)
{
    uint64_t found = 0;

    for (uint32_t k = 0; k < cpu_count; k++)
        if (cpus[k]->worker->caller)
            found += carry_moving(cpus[k]->worker->caller, frame);
    return found;
}

enum error perform_count(struct task *caller)
{
    uint64_t frame = caller->registers.rdi;
    atomic_word *word = ledger_find(frame);

    if (!caller->server)
        return ERROR_NOT_PERMITTED;
    if (!word)
        return ERROR_NONE;
    uint64_t value = ledger_lock(word); /* tasks of other CPUs may hand handles on */
    bool held = ledger_word_state(value) == LEDGER_HELD;
    caller->answer.r8 = ledger_word_state(value);
    if (held) {
        caller->answer.rsi = handle_count(value);
        caller->answer.rdx = ledger_word_anchor(value)->kind;
    } else if (ledger_word_state(value) == LEDGER_MOVING) {
        caller->answer.r9 = 1;
        caller->answer.rdx = KIND_UNTYPED;
    }
    ledger_unlock(word, value);
    if (held && caller->life.leads && caller->life.starting)
        caller->answer.r9 = moving(frame);
    return ERROR_NONE;
}

enum error perform_upgrade(struct task *caller)
{
    uint64_t number = caller->registers.rsi;
    struct task *task;
    enum error error = find_alive_task(caller, caller->registers.rdi, &task);

    if (error)
        return error;
    if (!task->server)
        return ERROR_NOT_PERMITTED;
    if (number >= server_images.count)
        return ERROR_BAD_ARGUMENT;
    if (!server_images.images[number].roots[0])
        return ERROR_OTHER_LAYOUT;
    restart_upgrade(this_cpu->worker, (uint32_t)number);
    restart_wait(caller);
    return ERROR_NONE;
}

enum error perform_sweep(struct task *caller)
{
    struct task *task;
    enum error error = find_alive_task(caller, caller->registers.rdi, &task);

    if (error)
        return error;
    if (!task->server || !sweep_allowed)
        return ERROR_NOT_PERMITTED;
    const uint64_t *words = caller->registers.words;
    if (words[WORD_R8] >= USER_END || words[WORD_R10] >= USER_END)
        return ERROR_BAD_ARGUMENT; /* the kernel would stop there */
    caller->answer.rsi = task->sweep.deaths;
    caller->answer.rdx = task->sweep.instructions;
    caller->answer.r8 = task->sweep.died_at[0];
    caller->answer.r9 = task->sweep.died_at[1];
    sweep_plan(task, &(struct planned_death){caller->registers.rsi, words[WORD_R8], words[WORD_R9]},
               &(struct planned_death){words[WORD_RDX], words[WORD_R10], words[WORD_R12]});
    return ERROR_NONE;
}

enum error perform_hold(struct task *caller)
{
    if (!caller->server)
        return ERROR_NOT_PERMITTED;
    if (caller->registers.rdi)
        return hold_others();
    hold_release();
    return ERROR_NONE;
}

enum error perform_audit(struct task *caller)
{
    const struct registers *in = &caller->registers;
    struct audit_found found;
    struct ledger_pass pass;

    if (!caller->server)
        return ERROR_NOT_PERMITTED;
    if (!hold_is_own()) /* tables that it looks through could go, and be a task's to write */
        return ERROR_AGAIN;
    if (in->words[WORD_RDX]) {
        audit_pass(caller->root, in->rdi, in->words[WORD_RDX], (enum ledger_state)(in->rsi & 7), &pass);
        caller->answer.rsi = pass.frame;
        caller->answer.rdx = pass.state;
        caller->answer.r8 = pass.slot;
        return ERROR_NONE;
    }
    caller->answer.rsi = audit_frame(in->rdi, in->rsi, &found);
    caller->answer.rdx = found.fault;
    caller->answer.r8 = found.should;
    caller->answer.r9 = found.is;
    return ERROR_NONE;
}

enum error perform_holder(struct task *caller)
{
    atomic_word *word = ledger_find(caller->registers.rdi);

    if (!caller->server)
        return ERROR_NOT_PERMITTED;
    if (!word)
        return ERROR_UNUSED;
    uint64_t value = ledger_lock(word);
    bool held = ledger_word_state(value) == LEDGER_HELD;
    if (held) {
        const struct handle_entry *entry = ledger_word_anchor(value);
        caller->answer.rsi = entry->rights;
        memcpy(&caller->answer.rdx, entry->owner->name, sizeof(entry->owner->name)); /* and r8, r9 */
    }
    ledger_unlock(word, value);
    return held ? ERROR_NONE : ERROR_UNUSED;
}
