/* System calls about a task whose home is another CPU are done there, in the caller's name. */
#ifndef KERNEL_ENTRY_ELSEWHERE_H
#define KERNEL_ENTRY_ELSEWHERE_H

#include "kernel/object/task.h"

/* Whether the system call in the registers of a task that runs has been sent to another CPU. */
must_use bool elsewhere_sent(struct task *caller);

/* Does a system call that was sent to this CPU, and sends the caller home; or further, if what it is about has got another
 * home meanwhile. */
void elsewhere_perform(struct task *caller);

/* A task is about to drop what was the last handle to a task of this CPU: see task_orphan. A call to the frame server that was
 * about that has ended, or is done anew. */
void elsewhere_orphan(struct task *dropper);

#endif
