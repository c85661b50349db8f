/* Interrupt lines as notifications: who is told when a device asks for attention. */
#ifndef KERNEL_OBJECT_INTERRUPT_LINE_H
#define KERNEL_OBJECT_INTERRUPT_LINE_H

#include <quire/abi.h>
#include <quire/error.h>

struct task;

/* Has a line (0 to 15) notify by a task's endpoint handle, or (0) not any more. What the handle is, is looked up anew each
 * time, so that it may go. BAD_ARGUMENT: no such line, or one that can't be bound; OCCUPIED: it is another task's. */
must_use enum error interrupt_line_bind(struct task *task, handle endpoint, uint64_t line);

/* Lets a line interrupt again. NOT_PERMITTED: the task has not bound it. BAD_ARGUMENT: no such line. */
must_use enum error interrupt_line_open(const struct task *task, uint64_t line);

/* An interrupt came: the line is silenced and its task notified, on its CPU. */
void interrupt_line_fire(uint32_t line);

/* On that CPU, in an interrupt. */
void interrupt_lines_take(void);

/* Takes all lines from a task that ends. */
void interrupt_lines_forget(const struct task *task);

#endif
