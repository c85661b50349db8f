#include "kernel/object/task.h"
#include "kernel/event.h"
#include "kernel/memory/ledger.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/handle_ring.h"
#include "kernel/object/interrupt_line.h"
#include "kernel/object/schedule.h"
#include <quire/atomic.h>
#include <stddef.h>
#include <string.h>

/* It is in no queue. */
static void set_priority(struct task *task, uint32_t priority)
{
    task->priority = priority;
    task->higher = priority == PRIORITIES - 1 ? 0 : UINT32_MAX << (priority + 1);
}

void task_initialise(struct task *task, const struct task_set_up *how)
{
    strlcpy(task->name, how->name, sizeof(task->name));
    set_priority(task, how->priority);
    task->fpu = how->fpu;
    task->powers = how->powers;
    task->first_port = how->first_port;
    task->port_count = how->port_count;
    task->control = &task->no_control;
    task->state = TASK_STOPPED;
    task->resume_by_interrupt_return = 1;
    task->registers.rflags = RFLAGS_START;
    task->cpu_number = how->cpu_number;
    task->at = how->cpu_number;
    fpu_area_initialise(task->fpu_area);
    uint64_t name[TASK_NAME / sizeof(uint64_t)];
    memcpy(name, task->name, sizeof(name));
    event_record(EVENT_MADE, task, name[0], name[1], name[2], how->priority, how->powers);
}

void task_call_ends(struct task *caller, enum error error)
{
    bool left = rax_mode(caller->service.pending) == MODE_MOVE;

    RULE_HOLDS(TASK_ELSEWHERE, rules_is_here(caller));
    caller->service.pending = 0;
    registers_clear(&caller->registers);
    caller->registers.rax = left ? ERROR_INTERRUPTED : error;
    schedule_ready(caller);
}

/* Whoever serves it sends it home. One that dies does not wait for that. */
static bool withdraw_lent(struct task *task)
{
    if (task_is_dying(task))
        mail_send(atomic_load_acquire_32(&task->at), &task->abort, MAIL_ABORT);
    return false;
}

void task_lend(struct task *task, uint32_t cpu_number, enum mail_kind kind)
{
    RULE_HOLDS(TASK_ELSEWHERE, rules_is_here(task));
    task->state = TASK_AWAITING;
    task->callee = NULL;
    atomic_store_release_32(&task->at, cpu_number);
    mail_send(cpu_number, &task->mail, kind);
}

void task_abort(struct task *task)
{
    struct task *callee = task->callee;

    if (atomic_load_acquire_32(&task->at) != this_cpu->number || !callee || callee->caller != task)
        return; /* it is on its way home */
    callee->caller = NULL;
    task->service.pending = 0;
    schedule_ready(task);
}

bool task_withdraw(struct task *task, bool again)
{
    uint32_t state = atomic_load_acquire_32(&task->state);

    if (task_is_lent(task)) /* looked at after its state: who has taken it says so before he changes that */
        return withdraw_lent(task);
    switch (state) {
    case TASK_READY:
        schedule_forget(task);
        return true;
    case TASK_CALLING:
        if (!endpoint_forget(task)) /* another CPU has just taken it */
            return withdraw_lent(task);
        break;
    case TASK_RECEIVING:
        task->calls->receiver = NULL;
        task->registers.rax &= ~RAX_ACTION_AND_MODE; /* the reply that came with it has been given */
        break;
    case TASK_AWAITING:
        if (again || !task->callee || task->callee->server) {
            task->service.pending |= CALL_HALTED;
            return false;
        }
        task->callee->caller = NULL;
        return true;
    default:
        return true;
    }
    if (again)
        task->registers.rip -= SYSTEM_CALL_LENGTH;
    return true;
}

void task_stop(struct task *task)
{
    if (task->state == TASK_STOPPED)
        return;
    task->halted = HALT_STOP;
    if (task_withdraw(task, true))
        task->state = TASK_STOPPED;
}

void task_start(struct task *task)
{
    task->halted = HALT_NONE;
    if (task->state == TASK_STOPPED)
        schedule_ready(task);
    else if (!task_is_lent(task))
        task->service.pending &= ~CALL_HALTED;
}

/* The CPU may still have the address space loaded that is about to be given back. */
static void leave_address_space(struct task *task)
{
    task->root = this_cpu->root;
    if (this_cpu->current == task)
        control_3_write(task->root);
    if (this_cpu->fpu_owner == task->fpu_area)
        this_cpu->fpu_owner = NULL;
    task->fpu = 0;
}

void task_die(struct task *task, const struct task_ending *why)
{
    struct task *caller = task->caller;

    RULE_HOLDS(LOCK_SWITCHES, rules_unlocked());
    RULE_HOLDS(TASK_ELSEWHERE, task->cpu_number == this_cpu->number);
    task->end = why->end;
    task->end_vector = why->vector;
    task->end_code = why->code;
    task->end_address = why->address;
    event_record(EVENT_ENDED, task, why->end, why->vector, why->code, why->address);
    task->halted = HALT_DIE;
    task->resume_by_interrupt_return = 0;
    bool free = task_withdraw(task, false);
    task->caller = NULL;
    if (caller)
        task_call_ends(caller, ERROR_NO_SERVER);
    interrupt_lines_forget(task);
    leave_address_space(task);
    if (why->priority > task->priority) /* who ends it, or dies before it, is to have back what it holds */
        set_priority(task, why->priority);
    if (free)
        schedule_ready(task);
}

bool task_is_its_last(const struct handle_entry *entry)
{
    return entry->kind == KIND_TASK && entry->next == entry && task_of_entry(entry)->state != TASK_FRESH &&
           !task_is_over(task_of_entry(entry));
}

bool task_orphan(struct handle_entry *entry, uint32_t priority)
{
    uint64_t name = atomic_load_relaxed(&entry->name);
    struct task *task = frame_pointer((uint32_t)name);
    atomic_word *word;
    uint64_t value;

    if (name == 0 || !handle_lock(entry, name, &word, &value))
        return false;
    bool last = task_is_its_last(entry);
    if (last)
        value = handle_replace(entry, task, &task->hidden[HIDDEN_SELF], HIDDEN_GENERATION, value);
    ledger_unlock(word, value);
    if (last && !task_is_dying(task))
        task_die(task, &(struct task_ending){.end = TASK_END_ABANDONED, .priority = priority});
    return last;
}
