#include "kernel/ipc/call.h"
#include "kernel/cpu/instructions.h"
#include "kernel/ipc/carry.h"
#include "kernel/ipc/reap.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/grace.h"
#include "kernel/object/handle_table.h"
#include "kernel/object/schedule.h"
#include <stddef.h>

/* The action that the caller accepts: it must have room for what the action brings. That the room is empty holds until
 * the reply, since only the caller's own calls fill it. */
static enum error want_check(struct task *caller)
{
    uint64_t rax = caller->registers.rax;
    uint32_t action = rax_action(rax);
    uint32_t n = rax_n(rax);

    if (action == ACTION_NONE || action == ACTION_CONVERT)
        return ERROR_NONE;
    if (action == ACTION_REVOKE) {
        caller->service.stripped = 0;
        return ERROR_NONE;
    }
    if (action > ACTION_REVOKE)
        return ERROR_BAD_ACTION;
    if (n == 0 && (action == ACTION_CLONE || action == ACTION_MINT))
        n = 1;
    if (n > TRANSFER_FRAMES)
        return ERROR_BAD_COUNT;
    caller->service.room = handle_table_entry(caller, rax_dst(rax));
    return handle_destination(caller, rax_dst(rax), n);
}

void call_hand_over(struct task *caller, struct task *receiver, const struct carried *carried, uint32_t flags)
{
    const struct registers *from = &caller->registers;
    struct registers *to = &receiver->registers;

    to->rax = (from->rax & RAX_ACTION_MODE_AND_N) | (uint64_t)flags << 32;
    to->rdi = caller->badge;
    to->rsi = from->rsi;
    for (int k = 0; k < MESSAGE_WORDS; k++)
        to->words[k] = from->words[k];
    to->r13 = carried->r13;
    to->r14 = carried->r14;
    caller->state = TASK_AWAITING;
    caller->callee = receiver;
    receiver->caller = caller;
}

enum error call_deliver(struct task *caller, struct task *receiver)
{
    RULE_HOLDS(TASK_ELSEWHERE, rules_is_here(caller) && rules_is_here(receiver));
    struct carried carried;
    bool dying = task_is_dying(caller);

    if (dying && !receiver->server)
        return ERROR_NO_SERVER; /* its home ended it just when it was taken out of the queue */
    enum error error = dying ? reap_carry(caller, receiver, &carried) : carry_out(caller, receiver, &carried);
    if (error)
        return error;
    if (caller->cpu_number != this_cpu->number)
        caller->service.pending |= CALL_LENT;
    call_hand_over(caller, receiver, &carried, 0);
    return ERROR_NONE;
}

void call_refuse(struct task *caller, enum error error)
{
    if (error == CARRY_WAITS) {
        caller->state = TASK_AWAITING;
        caller->callee = NULL;
        interrupt_window();
        grace_ask(caller);
    } else if (task_is_dying(caller) && caller->cpu_number == this_cpu->number) {
        reap_pause(caller);
    } else {
        call_fail(caller, error);
        schedule_ready(caller);
    }
}

/* Does what a receiver is waiting for, if there is something to do. */
static void serve_receiver(struct endpoint_line *line, struct task *receiver)
{
    struct task *caller;

    line->receiver = NULL; /* nobody else may find it while interrupts are let in */
    if (endpoint_deliver_bits(line, receiver)) {
        schedule_ready(receiver);
        return;
    }
    while ((caller = endpoint_dequeue(line))) {
        enum error error = call_deliver(caller, receiver);
        if (!error) {
            schedule_ready(receiver);
            return;
        }
        call_refuse(caller, error);
        interrupt_window();
    }
    line->receiver = receiver;
    endpoint_catch_up(line);
}

void call_look(struct endpoint_line *line)
{
    RULE_HOLDS(LINE_ELSEWHERE, rules_line_is_own(line));
    struct task *receiver = line->receiver;
    struct handle_entry *entry;

    atomic_exchange_acquire_release(&line->mailed, 0); /* before it is looked */
    if (receiver && (handle_find(receiver, receiver->registers.rdi, &entry) != ERROR_NONE ||
                     entry->detail != (uint64_t)(uintptr_t)line)) {
        line->receiver = NULL;
        task_call_ends(receiver, ERROR_REVOKED);
    } else if (receiver) {
        serve_receiver(line, receiver);
    }
    endpoint_attend(line);
}

enum error call_send(struct task *caller, struct endpoint_line *line)
{
    RULE_HOLDS(LINE_ELSEWHERE, rules_line_is_own(line));
    struct task *receiver = line->receiver;

    if (endpoint_is_closed(line))
        return ERROR_NO_SERVER;
    if (!receiver)
        return endpoint_enqueue(line, caller);
    line->receiver = NULL; /* nobody else may find it while interrupts are let in */
    enum error error = call_deliver(caller, receiver);
    if (error) {
        line->receiver = receiver;
        endpoint_catch_up(line);
        if (error != CARRY_WAITS)
            return error;
        call_refuse(caller, error);
        return ERROR_NONE;
    }
    if (caller == this_cpu->current && receiver->priority >= caller->priority)
        schedule_switch(receiver);
    else
        schedule_ready(receiver);
    return ERROR_NONE;
}

/* Dropping the last handle to a task ends the task: the handle becomes its own. True: that is seen to. */
static bool drops_task(struct task *caller, const struct endpoint_line *line)
{
    struct handle_entry *entry;

    if (rax_mode(caller->registers.rax) != MODE_DROP || rax_n(caller->registers.rax) != 1 ||
        line != this_cpu->frame_server || handle_find(caller, caller->registers.r13, &entry) != ERROR_NONE ||
        !task_is_its_last(entry))
        return false;
    uint32_t home = task_of_entry(entry)->cpu_number;
    if (home != this_cpu->number && home < cpu_count) {
        caller->orphan = entry;
        task_lend(caller, home, MAIL_ORPHAN);
        return true;
    }
    if (!task_orphan(entry, caller->priority))
        return false;
    call_fail(caller, ERROR_NONE); /* words that say that nothing became unused yet */
    return true;
}

enum error call(struct task *caller)
{
    struct handle_entry *entry;
    enum error error = handle_find_object(caller, caller->registers.rdi, KIND_ENDPOINT, RIGHT_CALL, &entry);

    if (!error)
        error = want_check(caller);
    if (error)
        return error;
    struct endpoint_line *line = (struct endpoint_line *)(uintptr_t)entry->detail;
    caller->badge = entry->place;
    return drops_task(caller, line) ? ERROR_NONE : call_send(caller, line);
}

void call_goes_on(struct task *caller)
{
    struct handle_entry *entry;
    enum error error = ERROR_NONE;

    if (task_is_dying(caller) && !task_is_over(caller)) {
        schedule_ready(caller); /* nothing has changed: it finds the same once more */
        return;
    }
    if (!task_is_dying(caller))
        error = handle_find_object(caller, caller->registers.rdi, KIND_ENDPOINT, RIGHT_CALL, &entry);
    if (!error)
        error = call_send(caller, this_cpu->frame_server);
    if (error)
        call_refuse(caller, error);
}
