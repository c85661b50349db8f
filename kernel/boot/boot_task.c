#include "kernel/boot/boot_task.h"
#include "kernel/boot/boot_map.h"
#include "kernel/boot/kernel_map.h"
#include "kernel/memory/memory.h"
#include "kernel/cpu/cpu.h"
#include "kernel/memory/page_table.h"
#include "kernel/memory/physical.h"
#include "kernel/verdict.h"
#include <string.h>

#define WINDOW_ROOT_LEVEL 3 /* the window's table that is there from boot */

static void *map_pages(const struct task *task, uint64_t virtual_address, uint64_t pages, uint32_t rights)
{
    return boot_map_fresh(task->root, virtual_address, pages, page_flags(rights));
}

static void map_image(const struct task *task, const struct elf_image *image)
{
    for (uint32_t k = 0; k < image->segment_count; k++) {
        const struct elf_segment *segment = &image->segments[k];
        uint64_t offset = segment->address % FRAME_SIZE;
        char *memory = map_pages(task, segment->address - offset, elf_pages(segment), segment->rights);
        memcpy(memory + offset, image->file + segment->offset, segment->file_size);
    }
}

static struct task *make_task(const struct module_options *options, uint64_t entry)
{
    struct task *task = physical_pointer(memory_early_allocate(1));
    bool server = options->server;

    task_initialise(task, options->name, server ? PRIORITIES - 1 : options->priority, !server && !options->no_fpu);
    task->server = server;
    task->may_end_machine = options->verdict;
    if (task->may_end_machine)
        verdict_expect();
    task->registers.rip = entry;
    task->registers.rsp = STACK_TOP;
    for (uint32_t k = 0; k < BOOT_TASK_HANDLE_TABLES; k++)
        task->tables[k] = physical_pointer(memory_early_allocate(1));
    task->handle_limit = BOOT_TASK_HANDLE_TABLES * HANDLES_PER_TABLE;
    task->root = kernel_root();
    return task;
}

/* What only a worker of the frame server has. Returns its boot information. */
static void *map_worker(struct task *task)
{
    uint64_t worker = WORKER_ADDRESS(task->cpu_number);
    uint64_t pages = (sizeof(struct boot_information) + FRAME_SIZE - 1) / FRAME_SIZE;

    task->control = map_pages(task, worker, 1, RIGHT_READ | RIGHT_WRITE);
    task->transfer = map_pages(task, worker + WORKER_TRANSFER_OFFSET, 1, RIGHT_READ | RIGHT_WRITE);
    task->view = map_pages(task, worker + WORKER_VIEW_OFFSET, 1, RIGHT_READ);
    boot_map_table(task->root, WINDOW_ADDRESS, WINDOW_ROOT_LEVEL);
    return map_pages(task, BOOT_INFORMATION_ADDRESS, pages, RIGHT_READ);
}

void boot_task_make(struct boot_task *made, const struct elf_image *image)
{
    struct task *task = make_task(&made->options, image->entry);

    map_image(task, image);
    map_pages(task, STACK_TOP - STACK_SIZE, STACK_SIZE / FRAME_SIZE, RIGHT_READ | RIGHT_WRITE);
    made->task = task;
    made->start = map_pages(task, START_PAGE_ADDRESS, 1, RIGHT_READ);
    if (task->server)
        made->information = map_worker(task);
}
