/* What the frame server asks the kernel for, as its core wants it: the core itself has no system calls. */
#ifndef FRAMESERV_KERNEL_H
#define FRAMESERV_KERNEL_H

#include "servers/frameserv/core/worker.h"

/* Those that services need. */
extern const struct kernel_calls kernel_calls;

/* Has the kernel make frames free that only the start needed; done already is no error. Errors: those of
 * system_call_release. */
must_use enum error kernel_release(uint64_t first, uint64_t count);

/* Prints a line on the kernel's console: the frame server can't call the console server, which is its client. */
void kernel_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
