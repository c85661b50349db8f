#include "kernel/ipc/call.h"
#include "kernel/ipc/carry.h"
#include "kernel/ipc/reap.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/handle_table.h"
#include "kernel/object/schedule.h"
#include <stddef.h>

void call_fail(struct task *task, enum error error)
{
    registers_clear(&task->registers);
    task->registers.rax = error;
}

/* The action that the caller accepts: it must have room for what the action brings. That the room is empty holds until
 * the reply, since only the caller's own calls fill it. */
static enum error want_check(struct task *caller)
{
    uint64_t rax = caller->registers.rax;
    uint32_t action = rax_action(rax);
    uint32_t n = rax_n(rax);

    if (action == ACTION_NONE || action == ACTION_CONVERT || action == ACTION_REVOKE)
        return ERROR_NONE;
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
    struct carried carried;
    enum error error =
        task_is_dying(caller) ? reap_carry(caller, receiver, &carried) : carry_out(caller, receiver, &carried);

    if (!error)
        call_hand_over(caller, receiver, &carried, 0);
    return error;
}

enum error call_send(struct task *caller, struct endpoint_line *line)
{
    struct task *receiver = line->receiver;

    if (line->closed)
        return ERROR_NO_SERVER;
    if (!receiver) {
        caller->state = TASK_CALLING;
        caller->calls = line;
        endpoint_enqueue(line, caller);
        return ERROR_NONE;
    }
    line->receiver = NULL; /* nobody else may find it while interrupts are let in */
    enum error error = call_deliver(caller, receiver);
    if (error) {
        line->receiver = receiver;
        endpoint_notify(line, 0); /* what came meanwhile */
        return error;
    }
    if (receiver->priority >= caller->priority)
        schedule_switch(receiver);
    else
        schedule_ready(receiver);
    return ERROR_NONE;
}

/* Dropping the last handle to a task ends the task: the handle becomes its own. */
static bool drops_task(struct task *caller, const struct endpoint_line *line)
{
    struct handle_entry *entry;

    if (rax_mode(caller->registers.rax) != MODE_DROP || rax_n(caller->registers.rax) != 1 ||
        line != this_cpu->frame_server || handle_find(caller, caller->registers.r13, &entry) != ERROR_NONE ||
        !task_is_its_last(entry))
        return false;
    call_fail(caller, ERROR_NONE); /* words that say that nothing became unused yet */
    task_orphan(entry);
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
