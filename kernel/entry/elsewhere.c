#include "kernel/entry/elsewhere.h"
#include "kernel/entry/calls.h"
#include "kernel/entry/system_call.h"
#include "kernel/ipc/call.h"
#include "kernel/object/handle_table.h"
#include "kernel/object/schedule.h"

/* The home of the task that a handle is to; this CPU, if it is to none: the call will say so here. Nobody is told by it what a
 * frame that was a task a moment ago holds now. */
static uint32_t home_of(const struct task *caller, handle value)
{
    struct handle_entry *entry;

    if (handle_find_object(caller, value, KIND_TASK, 0, &entry) != ERROR_NONE)
        return this_cpu->number;
    if (task_of_entry(entry)->server) /* it is the same everywhere: this CPU has a worker, too */
        return this_cpu->number;
    uint32_t home = task_of_entry(entry)->cpu_number; /* 0 while it is fresh: so only one CPU makes a task of it */
    return home < cpu_count ? home : this_cpu->number;
}

/* Where a system call has to be done. */
static uint32_t place_of(const struct task *caller)
{
    const struct registers *in = &caller->registers;

    switch (rax_number(in->rax)) {
    case SYSTEM_CALL_CREATE:
    case SYSTEM_CALL_GIVE:
    case SYSTEM_CALL_TAKE:
    case SYSTEM_CALL_START:
    case SYSTEM_CALL_STOP:
    case SYSTEM_CALL_KILL:
    case SYSTEM_CALL_LOOK:
    case SYSTEM_CALL_UPGRADE:
    case SYSTEM_CALL_SWEEP:
        return home_of(caller, in->rdi);
    case SYSTEM_CALL_MAP:
    case SYSTEM_CALL_UNMAP:
    case SYSTEM_CALL_INSTALL:
    case SYSTEM_CALL_UNINSTALL:
    case SYSTEM_CALL_INSPECT:
        return in->words[WORD_R8] ? home_of(caller, in->words[WORD_R8]) : this_cpu->number;
    default:
        return this_cpu->number;
    }
}

bool elsewhere_sent(struct task *caller)
{
    uint32_t place = place_of(caller);

    if (place == this_cpu->number)
        return false;
    task_lend(caller, place, MAIL_ASK);
    return true;
}

void elsewhere_perform(struct task *caller)
{
    uint32_t place = place_of(caller);

    if (place != this_cpu->number && place != caller->cpu_number) {
        task_lend(caller, place, MAIL_ASK);
        return;
    }
    if (place == this_cpu->number)
        system_call_perform(caller);
    else
        caller->registers.rip -= SYSTEM_CALL_LENGTH; /* it does it itself */
    schedule_ready(caller);
}

void elsewhere_orphan(struct task *dropper)
{
    bool ended = task_orphan(dropper->orphan, dropper->priority);

    if (!task_is_dying(dropper)) {
        if (ended)
            call_fail(dropper, ERROR_NONE); /* words that say that nothing became unused yet */
        else
            dropper->registers.rip -= SYSTEM_CALL_LENGTH;
    }
    schedule_ready(dropper);
}
