/* A function for each system call that is no message: its registers, errors and rights are in quire/system_calls.def. */
#ifndef KERNEL_ENTRY_CALLS_H
#define KERNEL_ENTRY_CALLS_H

#include "kernel/object/task.h"
#include <quire/error.h>

/* Words of a message by their register. */
enum { WORD_RDX, WORD_R8, WORD_R9, WORD_R10, WORD_R12 };

/* Each takes the caller, whose registers hold the arguments, and leaves its results in caller->answer, which is 0 before.
 * Nothing changes on an error. */
#define perform_map perform_space_call /* these have a function in common */
#define perform_unmap perform_space_call
#define perform_install perform_space_call
#define perform_uninstall perform_space_call
#define perform_inspect perform_space_call
#define SYSTEM_CALL(number, NAME, name, in, out, rights, idempotent, errors, text)                                     \
    must_use enum error perform_##name(struct task *caller);
#include <quire/system_calls.def>
#undef SYSTEM_CALL

/* The task that a handle with the owner right names, and that has not ended. BAD_HANDLE, STALE_HANDLE, WRONG_KIND, MISSING_RIGHT,
 * NOT_CREATED, ENDED. */
must_use enum error find_alive_task(struct task *caller, handle value, struct task **task);

/* The stopped task that a handle with the owner right names. BAD_HANDLE, STALE_HANDLE, WRONG_KIND, MISSING_RIGHT,
 * NOT_CREATED, ENDED, RUNNING. */
must_use enum error find_stopped_task(struct task *caller, handle value, struct task **task);

#endif
