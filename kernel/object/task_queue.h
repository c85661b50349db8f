/* Queues of tasks, threaded through the tasks: a circle of equals, and for endpoints circles of falling priority. */
#ifndef KERNEL_OBJECT_TASK_QUEUE_H
#define KERNEL_OBJECT_TASK_QUEUE_H

#include "kernel/object/task.h"
#include <stddef.h>

/* Puts a task behind all others of a circle, which may be empty. */
static inline void circle_append(struct task **first, struct task *task)
{
    struct task *head = *first;

    if (!head) {
        task->next = task;
        task->previous = task;
        *first = task;
        return;
    }
    task->next = head;
    task->previous = head->previous;
    head->previous->next = task;
    head->previous = task;
}

/* Takes a task out of its circle. */
static inline void circle_remove(struct task **first, struct task *task)
{
    if (task->next == task) {
        *first = NULL;
        return;
    }
    task->previous->next = task->next;
    task->next->previous = task->previous;
    if (*first == task)
        *first = task->next;
}

#endif
