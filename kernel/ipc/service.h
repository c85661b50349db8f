/* The middle way of calls to the frame server: those that carry one handle or want one, to a worker that waits, and
 * the replies to them. Longer than fastpath.S, shorter than call.c and reply.c, which do the same and more.
 *
 * True: this_cpu->current goes on, its rax, rdi, r13 and r14 are set, and label and words come from the registers of the
 * task that made the system call: the other side's message, or, when a worker's action was refused, its own error.
 * False: nothing happened, and system_call() has to do it. */
#ifndef KERNEL_IPC_SERVICE_H
#define KERNEL_IPC_SERVICE_H

#include <stdbool.h>

struct task;

bool service_call(struct task *caller);
bool service_reply(struct task *server);

#endif
