/* Planned deaths of the frame server: the trap flag stops its worker after every instruction of a request. */
#ifndef KERNEL_IPC_SWEEP_H
#define KERNEL_IPC_SWEEP_H

#include "kernel/object/task.h"

extern bool sweep_allowed; /* by the kernel's option */

/* From its next request on, until that is answered, the worker is stepped through. It dies after so many instructions, and
 * again so many after its restart (0: not). */
void sweep_plan(struct task *worker, uint64_t request, uint64_t recovery);

/* After an instruction. False: nobody asked for it. */
must_use bool sweep_step(struct task *task);

/* When a task gets ready to receive; answered: it has answered a call. */
void sweep_pause(struct task *task, bool answered);

#endif
