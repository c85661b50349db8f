#include "kernel/object/endpoint.h"
#include "kernel/cpu/instructions.h"
#include "kernel/object/schedule.h"
#include "kernel/object/task_queue.h"

static void attention_update(struct endpoint_line *line)
{
    line->attention = line->callers || line->bits;
}

/* Where the circle of a priority hangs, or would: callers hold a circle for each priority, the highest first. */
static struct task **circle_of(struct endpoint_line *line, uint32_t priority)
{
    struct task **place = &line->callers;

    while (*place && (*place)->priority > priority)
        place = &(*place)->lower;
    return place;
}

void endpoint_enqueue(struct endpoint_line *line, struct task *caller)
{
    struct task **place = circle_of(line, caller->priority);

    if (*place && (*place)->priority == caller->priority) {
        circle_append(place, caller);
    } else {
        caller->lower = *place;
        *place = NULL;
        circle_append(place, caller);
    }
    attention_update(line);
}

void endpoint_forget(struct endpoint_line *line, struct task *caller)
{
    struct task **place = circle_of(line, caller->priority);
    struct task *lower = (*place)->lower;

    circle_remove(place, caller);
    if (*place)
        (*place)->lower = lower;
    else
        *place = lower;
    attention_update(line);
}

struct task *endpoint_dequeue(struct endpoint_line *line)
{
    struct task *caller = line->callers;

    if (caller)
        endpoint_forget(line, caller);
    return caller;
}

void endpoint_deliver_bits(struct endpoint_line *line, struct task *receiver)
{
    registers_clear(&receiver->registers);
    receiver->registers.rax = (uint64_t)RECEIVED_NOTIFICATION << 32;
    receiver->registers.rsi = line->bits;
    line->bits = 0;
    attention_update(line);
}

void endpoint_notify(struct endpoint_line *line, uint64_t bits)
{
    struct task *receiver = line->receiver;

    line->bits |= bits;
    attention_update(line);
    if (!receiver || !line->bits)
        return;
    line->receiver = NULL;
    endpoint_deliver_bits(line, receiver);
    schedule_ready(receiver);
}

void endpoint_close(struct endpoint_line *line)
{
    line->closed = 1;
    for (struct task *caller = endpoint_dequeue(line); caller; caller = endpoint_dequeue(line)) {
        task_call_ends(caller, ERROR_NO_SERVER);
        interrupt_window();
    }
}
