/* The frame server's start. */
#ifndef FRAMESERV_INIT_H
#define FRAMESERV_INIT_H

#include "servers/frameserv/core/worker.h"

/* Makes the worker, all zeros, ready to receive. At the first start: reads the boot information, tells the kernel what slots
 * are to start as, sets up the kept memory, and marks the kernel objects that exist. Later: recovers (core/recover.h), or goes
 * on with the first start if a kill cut that off; unless another one has done that, which this one joins. To be called once.
 * Errors: OtherLayout (what is kept is another server's; nothing was touched), AbiMismatch, BadBootData, those of
 * system_call_pattern. */
must_use enum error initialise(struct worker *worker, uint32_t number);

#endif
