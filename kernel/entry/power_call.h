/* System calls that need a power, or are the frame server's alone. Each takes the caller, whose registers hold the arguments
 * (quire/system_calls.def); NOT_PERMITTED: it has not got the power. */
#ifndef KERNEL_ENTRY_POWER_CALL_H
#define KERNEL_ENTRY_POWER_CALL_H

#include "kernel/object/task.h"
#include <quire/error.h>

/* BAD_COUNT: no bytes, or more than fit the words. */
must_use enum error power_print(struct task *task);

/* BAD_ARGUMENT: neither pass nor fail. Else it does not come back. */
must_use enum error power_verdict(const struct task *task);

/* The port must be one of the task's. BAD_COUNT as for print. */
must_use enum error power_port_read(const struct task *task, uint64_t *byte);
must_use enum error power_port_write(const struct task *task);

/* BAD_HANDLE, STALE_HANDLE, WRONG_KIND, MISSING_RIGHT (notify), and as in object/interrupt_line.h. */
must_use enum error power_interrupt(struct task *task);
must_use enum error power_acknowledge(const struct task *task);

/* A holder of a frame: rights, name (three words). UNUSED: there is none. */
must_use enum error power_holder(const struct task *task, uint64_t facts[4]);

#endif
