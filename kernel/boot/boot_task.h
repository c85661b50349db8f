/* A task as boot makes it: all its memory comes from the early allocator. */
#ifndef KERNEL_BOOT_BOOT_TASK_H
#define KERNEL_BOOT_BOOT_TASK_H

#include "kernel/boot/options.h"
#include "kernel/object/task.h"
#include <quire/elf.h>
#include <quire/start.h>

#define BOOT_TASK_HANDLE_TABLES 16 /* 1024 handles */

struct named_endpoint;

struct boot_task {
    struct module_options options;
    const struct named_endpoint *endpoints[OPTION_ENDPOINTS]; /* those of options.endpoints */
    struct task *task;
    struct start_page *start;
    struct boot_information *information; /* the frame server only */
};

/* Makes the task object, its handle table, address space, image, stack and start page; for the frame server also
 * its worker's pages, boot information, and the root of the window. options is filled in by the caller. */
void boot_task_make(struct boot_task *made, const struct elf_image *image);

#endif
