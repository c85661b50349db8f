/* The two tasks that boot makes, the frame server and init: all their memory comes from the early allocator. */
#ifndef KERNEL_BOOT_BOOT_TASK_H
#define KERNEL_BOOT_BOOT_TASK_H

#include "kernel/object/task.h"
#include <quire/elf.h>
#include <quire/start.h>

struct boot_task {
    struct task *task;
    struct start_page *start;
    struct boot_information *information; /* the frame server's */
    struct boot_modules *modules;         /* init's */
};

/* Makes task object, first handle tables (`handles` entries at least), address space, image, stack and start page. A
 * server also gets its worker's pages, boot information and the root of the window; init the list of modules. */
void boot_task_make(struct boot_task *made, const char *name, bool server, uint64_t handles,
                    const struct elf_image *image);

/* Makes, of a zeroed frame, the frame server's worker of a CPU but 0, whose worker is the first: its pages, stack and root table
 * (with everything else in common), and a table for handles. No image was added yet. */
void boot_worker_make(struct task *task, const struct task *first, uint32_t cpu_number);

#endif
