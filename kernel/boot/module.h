/* The boot modules: the frame server and init as tasks, all others as memory of init's. */
#ifndef KERNEL_BOOT_MODULE_H
#define KERNEL_BOOT_MODULE_H

#include "kernel/boot/multiboot2.h"
#include <quire/error.h>

/* Makes tasks of the modules with the options `server` and `init`: address space, image, stack, handle table, from the early
 * allocator; and maps all other modules for init. Refuses the machine when one of the two is not there or can not be
 * loaded. NO_ROOM: the region table is full. */
must_use enum error modules_load(const struct boot_data *data);

/* Gives both their handles, tells them what they have to know, and makes them ready. The region table is final: the early
 * allocator is retired. */
void modules_start(const struct boot_data *data);

#endif
