/* Planned deaths of the frame server: the trap flag stops its worker after every instruction of a request. */
#ifndef KERNEL_IPC_SWEEP_H
#define KERNEL_IPC_SWEEP_H

#include "kernel/object/task.h"

extern bool sweep_allowed; /* by the kernel's option */

/* From its next request on, until that is answered, the worker is stepped through. It dies as planned, and once more after its
 * restart. A plan that begins at an address has it run there without steps: a breakpoint tells when it comes by.
 * request->after is SWEEP_NOTHING: it is not stepped through. */
void sweep_plan(struct task *worker, const struct planned_death *request, const struct planned_death *recovery);

/* After an instruction, or at the breakpoint. False: nobody asked for it. */
must_use bool sweep_step(struct task *task);

void sweep_end_armed(struct task *worker);

/* A worker is planned to die no more, as when it has answered its request. */
static inline void sweep_end(struct task *worker)
{
    if (worker->sweep.armed)
        sweep_end_armed(worker);
}

#endif
