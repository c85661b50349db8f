/* The frame server's start. */
#ifndef FRAMESERV_INIT_H
#define FRAMESERV_INIT_H

#include "servers/frameserv/core/worker.h"

/* Makes the worker ready to receive: reads the boot information, tells the kernel what slots are to start as, sets up
 * the kept memory, and marks the kernel objects that exist. To be called once.
 * Errors: AbiMismatch, BadBootData, those of system_call_pattern. */
must_use enum error initialise(struct worker *worker);

#endif
