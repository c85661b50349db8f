/* The start's last step: memory that only boot needed becomes free. */
#ifndef FRAMESERV_RECLAIM_H
#define FRAMESERV_RECLAIM_H

#include "servers/frameserv/core/worker.h"

/* boot_release() with the kernel asked by system call. Returns how many frames came back. */
uint64_t reclaim(struct worker *worker);

#endif
