/* Call and reply: words and handles between a caller and the task that receives at an endpoint. */
#ifndef KERNEL_IPC_CALL_H
#define KERNEL_IPC_CALL_H

#include "kernel/object/task.h"
#include <quire/error.h>

/* The system call CALL: hands the message in the task's registers to whoever receives at the endpoint, or queues
 * the task there. When it returns an error the call ended at once. */
must_use enum error call(struct task *caller);

/* Sends the message in the task's registers, whose badge is set, to a line: to who receives there, or into its queue. On
 * an error, which is the caller's, nothing changed; NO_SERVER: the line is closed. */
must_use enum error call_send(struct task *caller, struct endpoint_line *line);

/* Hands a caller's message to a receiver that is about to run: its registers hold the message afterwards.
 * An error is the caller's; nothing changed. */
must_use enum error call_deliver(struct task *caller, struct task *receiver);

/* Ends a call that was not delivered, for an error of call_deliver: with that error; it waits for a grace; a dying task goes on
 * with what it holds. */
void call_refuse(struct task *caller, enum error error);

/* The grace that a call to the frame server waits for is over. */
void call_goes_on(struct task *caller);

/* Looks at this CPU's line of an endpoint: whether its receiver still has its handle, and whether there is something for it. */
void call_look(struct endpoint_line *line);

/* Puts the message into the receiver's registers, with flags of RECEIVED_*, and the caller into its service. */
struct carried;
void call_hand_over(struct task *caller, struct task *receiver, const struct carried *carried, uint32_t flags);

/* The system call REPLY_RECEIVE: answers the pending caller, if there is one, and takes the next call or waits for it.
 * An error means that nothing was done, and above all that a pending caller still waits. */
must_use enum error reply_receive(struct task *task);

/* Ends a task's system call with an error and nothing else in its registers. */
static inline void call_fail(struct task *task, enum error error)
{
    registers_clear(&task->registers);
    task->registers.rax = error;
}

#endif
