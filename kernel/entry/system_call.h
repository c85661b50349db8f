/* System calls that are no messages. */
#ifndef KERNEL_ENTRY_SYSTEM_CALL_H
#define KERNEL_ENTRY_SYSTEM_CALL_H

#include "kernel/object/task.h"

/* Does the one in a task's registers, which hold its results afterwards. */
void system_call_perform(struct task *task);

#endif
