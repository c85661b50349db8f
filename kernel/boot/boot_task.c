#include "kernel/boot/boot_task.h"
#include "kernel/boot/boot_map.h"
#include "kernel/boot/kernel_map.h"
#include "kernel/memory/memory.h"
#include "kernel/cpu/cpu.h"
#include "kernel/memory/page_table.h"
#include "kernel/memory/physical.h"
#include "kernel/verdict.h"
#include <stddef.h>
#include <string.h>

#define WINDOW_ROOT_LEVEL 3 /* the window's table that is there from boot */

static uint64_t page_flags(uint32_t rights)
{
    return PAGE_PRESENT | PAGE_USER | (rights & RIGHT_WRITE ? PAGE_WRITE : 0) |
           (rights & RIGHT_EXECUTE ? 0 : PAGE_NO_EXECUTE);
}

/* Fresh zeroed pages in the task's address space; *memory is where the kernel sees them. */
static enum error map_fresh(uint64_t root, uint64_t virtual_address, uint64_t pages, uint32_t rights, void **memory)
{
    uint64_t address;
    enum error error = memory_early_allocate(pages, &address);

    if (error)
        return error;
    *memory = physical_pointer(address);
    return boot_map(root, virtual_address, address, pages * FRAME_SIZE, page_flags(rights), 1);
}

static enum error map_image(uint64_t root, const struct elf_image *image)
{
    for (uint32_t s = 0; s < image->segment_count; s++) {
        const struct elf_segment *segment = &image->segments[s];
        uint64_t base = segment->address - segment->address % FRAME_SIZE;
        void *memory = NULL;
        enum error error = map_fresh(root, base, elf_pages(segment), segment->rights, &memory);

        for (uint64_t page = 0; page < elf_pages(segment) && !error; page++) {
            const void *source;
            uint32_t offset, length;
            error = elf_page(image, s, page, &source, &offset, &length);
            if (!error && length)
                memcpy((char *)memory + page * FRAME_SIZE + offset, source, length);
        }
        if (error)
            return error;
    }
    return ERROR_NONE;
}

static enum error make_task(struct boot_task *made, const struct elf_image *image)
{
    uint64_t address;
    enum error error = memory_early_allocate(1, &address);

    if (error)
        return error;
    struct task *task = physical_pointer(address);
    bool server = made->options.server;
    task_initialise(task, made->options.name, server ? PRIORITIES - 1 : made->options.priority,
                    !server && !made->options.no_fpu);
    task->server = server;
    task->may_end_machine = made->options.verdict;
    if (task->may_end_machine)
        verdict_expect();
    task->registers.rip = image->entry;
    task->registers.rsp = STACK_TOP;
    for (uint32_t k = 0; k < BOOT_TASK_HANDLE_TABLES && !error; k++) {
        error = memory_early_allocate(1, &address);
        task->tables[k] = physical_pointer(address);
    }
    task->handle_limit = BOOT_TASK_HANDLE_TABLES * HANDLES_PER_TABLE;
    made->task = task;
    return error ? error : kernel_root(&task->root);
}

/* What only a worker of the frame server has. */
static enum error map_worker(struct boot_task *made)
{
    struct task *task = made->task;
    uint64_t worker = WORKER_ADDRESS(task->cpu_number);
    void *memory = NULL;
    enum error error = map_fresh(task->root, worker, 1, RIGHT_READ | RIGHT_WRITE, &memory);

    task->control = memory;
    if (!error)
        error = map_fresh(task->root, worker + WORKER_TRANSFER_OFFSET, 1, RIGHT_READ | RIGHT_WRITE, &memory);
    task->transfer = memory;
    if (!error)
        error = map_fresh(task->root, worker + WORKER_VIEW_OFFSET, 1, RIGHT_READ, &memory);
    if (!error)
        error = map_fresh(task->root, BOOT_INFORMATION_ADDRESS,
                          (sizeof(struct boot_information) + FRAME_SIZE - 1) / FRAME_SIZE, RIGHT_READ, &memory);
    made->information = memory;
    return error ? error : boot_map_tables(task->root, WINDOW_ADDRESS, WINDOW_ROOT_LEVEL);
}

enum error boot_task_make(struct boot_task *made, const struct elf_image *image)
{
    enum error error = make_task(made, image);
    void *memory = NULL;

    if (!error)
        error = map_image(made->task->root, image);
    if (!error)
        error = map_fresh(made->task->root, STACK_TOP - STACK_SIZE, STACK_SIZE / FRAME_SIZE, RIGHT_READ | RIGHT_WRITE,
                          &memory);
    if (!error)
        error = map_fresh(made->task->root, START_PAGE_ADDRESS, 1, RIGHT_READ, &memory);
    made->start = memory;
    if (!error && made->options.server)
        error = map_worker(made);
    return error;
}
