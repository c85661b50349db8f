#include "kernel/object/endpoint.h"
#include "kernel/object/task.h"
#include <stddef.h>

void endpoint_enqueue(struct endpoint_line *line, struct task *caller)
{
    struct task **place = &line->first;

    while (*place && (*place)->priority >= caller->priority)
        place = &(*place)->next;
    caller->next = *place;
    *place = caller;
}

struct task *endpoint_dequeue(struct endpoint_line *line)
{
    struct task *caller = line->first;

    if (caller) {
        line->first = caller->next;
        caller->next = NULL;
    }
    return caller;
}

void endpoint_forget(struct endpoint_line *line, struct task *caller)
{
    for (struct task **place = &line->first; *place; place = &(*place)->next) {
        if (*place == caller) {
            *place = caller->next;
            caller->next = NULL;
            return;
        }
    }
}
