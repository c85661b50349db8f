/* What an operation does before it is refused for want of frames or because of a limit. */
#ifndef FRAMESERV_CORE_SHORTAGE_H
#define FRAMESERV_CORE_SHORTAGE_H

#include "servers/frameserv/core/worker.h"

/* Whether an operation that got *error, and changed nothing, may succeed now, and is to be tried again: members of dying
 * lists were free memory all the time, and what closed accounts do not use is their parents'. *tried becomes true. How
 * many dying members count against a limit can't be told, so one call does its share, and *error becomes Again as long
 * as there are any. */
must_use bool shortage_eased(struct worker *worker, enum error *error, bool *tried);

#endif
