/* How the server comes to where it can receive, at its first start and at later ones. */
#ifndef FRAMESERV_CORE_START_H
#define FRAMESERV_CORE_START_H

#include "servers/frameserv/core/boot.h"

/* What the kept memory says: what the first start has left to do, or nothing. OtherLayout: it is another server's. */
must_use enum error start_check(const struct keep *keep, bool *first);

/* The first start, once the kernel knows the patterns of slots; or what a kill at any instruction of it left to do.
 * Errors: those of boot_objects(). */
must_use enum error start_first(struct worker *worker, const struct boot_information *information, ask_kernel ask);

#endif
