/* The boot modules as tasks: the frame server and its first clients. */
#ifndef KERNEL_BOOT_MODULE_H
#define KERNEL_BOOT_MODULE_H

#include "kernel/boot/multiboot2.h"
#include <quire/error.h>

/* Makes a task of each module: address space, image, stack, handle table, from the early allocator. A client that
 * can not be loaded is reported and left out.
 * NO_SERVER: no module, or more than one, is the frame server, or it can not be loaded. */
must_use enum error modules_load(const struct boot_data *data);

/* Gives each task its handles and its start page, the frame server its boot information, and makes them ready.
 * The region table is final: the early allocator is retired. */
void modules_start(const struct boot_data *data);

#endif
