/* Calls that the server died in: each happens once. */
#ifndef FRAMESERV_CORE_DISPATCH_INTERRUPTED_H
#define FRAMESERV_CORE_DISPATCH_INTERRUPTED_H

#include "servers/frameserv/core/worker.h"
#include <quire/system_call.h>

/* Answers a call that is received with the flag RECEIVED_INTERRUPTED, if recovery has brought it to its end, if it is not to be
 * done again since it fails the server, or by quick_serve(). False: it is to be done as any other; recovery took back what it
 * had done, or worker->note tells the operation. */
must_use bool dispatch_interrupted(struct worker *worker, struct message *message);

#endif
