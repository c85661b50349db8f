/* System calls about tasks. Each takes the caller, whose registers hold the arguments (quire/system_calls.def). */
#ifndef KERNEL_ENTRY_TASK_CALL_H
#define KERNEL_ENTRY_TASK_CALL_H

#include "kernel/object/task.h"
#include <quire/error.h>

/* The task in whose table and address space a call works: the caller, or the stopped one that it has a handle to (r8).
 * BAD_HANDLE, STALE_HANDLE, WRONG_KIND, MISSING_RIGHT (owner), NOT_CREATED, ENDED, RUNNING. */
must_use enum error task_subject(struct task *caller, struct task **subject);

must_use enum error task_create(struct task *caller);
must_use enum error task_give(struct task *caller, handle *there);
must_use enum error task_take(struct task *caller, handle *here);
must_use enum error task_control(struct task *caller, enum system_call number);

/* state, end, vector; code; address. */
must_use enum error task_look(struct task *caller, uint64_t facts[3]);

#endif
