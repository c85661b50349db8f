#include "kernel/boot/boot_task.h"
#include "kernel/boot/boot_image.h"
#include "kernel/boot/boot_map.h"
#include "kernel/boot/kernel_map.h"
#include "kernel/memory/memory.h"
#include "kernel/cpu/cpu.h"
#include "kernel/memory/page_table.h"
#include "kernel/memory/physical.h"
#include "kernel/object/server_image.h"
#include <string.h>

#define INIT_PRIORITY (PRIORITIES - 2) /* the frame server's workers run above all tasks */
#define WINDOW_ROOT_LEVEL 3            /* the window's table that is there from boot */

static void *map_pages(const struct task *task, uint64_t virtual_address, uint64_t pages, uint32_t rights)
{
    return boot_map_fresh(task->root, virtual_address, pages, page_flags(rights));
}

static void make_tables(struct task *task, uint64_t handles)
{
    for (uint32_t k = 0; k <= handles / HANDLES_PER_TABLE; k++)
        task->tables[k] = physical_pointer(memory_early_allocate(1));
    task->handle_limit = (uint32_t)(handles / HANDLES_PER_TABLE + 1) * HANDLES_PER_TABLE;
}

static void make_worker(struct task *task, const char *name, uint32_t cpu_number)
{
    task_initialise(task,
                    &(struct task_set_up){
                        .name = name, .priority = PRIORITIES - 1, .powers = POWER_PRINT, .cpu_number = cpu_number});
    task->server = 1;
}

static struct task *make_task(const char *name, bool server, uint64_t handles, uint64_t entry)
{
    struct task *task = physical_pointer(memory_early_allocate(1));

    if (server)
        make_worker(task, name, 0);
    else
        task_initialise(task,
                        &(struct task_set_up){.name = name,
                                              .priority = INIT_PRIORITY,
                                              .powers = POWER_PRINT | POWER_VERDICT | POWER_PORTS | POWER_INTERRUPTS,
                                              .port_count = UINT16_MAX + 1,
                                              .fpu = true});
    task->registers.rip = entry;
    task->registers.rsp = STACK_TOP;
    make_tables(task, handles);
    task->root = kernel_root(0);
    return task;
}

/* What a worker of the frame server shares with the kernel. */
static void map_worker(struct task *task)
{
    uint64_t worker = WORKER_ADDRESS(task->cpu_number);

    task->control = map_pages(task, worker, 1, RIGHT_READ | RIGHT_WRITE);
    task->transfer = map_pages(task, worker + WORKER_TRANSFER_OFFSET, 1, RIGHT_READ | RIGHT_WRITE);
    task->view = map_pages(task, worker + WORKER_VIEW_OFFSET, 1, RIGHT_READ);
}

/* What all of them have. Returns their boot information. */
static void *map_server(struct task *task)
{
    uint64_t pages = (sizeof(struct boot_information) + FRAME_SIZE - 1) / FRAME_SIZE;

    map_worker(task);
    boot_map_table(task->root, WINDOW_ADDRESS, WINDOW_ROOT_LEVEL);
    return map_pages(task, BOOT_INFORMATION_ADDRESS, pages, RIGHT_READ);
}

static struct start_page *map_start(const struct task *task)
{
    struct start_page *start = map_pages(task, START_PAGE_ADDRESS, 1, RIGHT_READ);

    *start = (struct start_page){
        .abi_version = ABI_VERSION,
        .size = sizeof(struct start_page),
        .handle_entries = task->handle_limit,
        .cpu = task->cpu_number,
        .cpu_count = cpu_count,
        .powers = task->powers,
        .priority = task->priority,
    };
    strlcpy(start->name, task->name, sizeof(start->name));
    return start;
}

void boot_task_make(struct boot_task *made, const char *name, bool server, uint64_t handles,
                    const struct elf_image *image)
{
    struct task *task = make_task(name, server, handles, image->entry);

    made->task = task;
    made->start = map_start(task);
    if (server) {
        boot_image_serve(task->root, image);
        made->information = map_server(task);
        return;
    }
    boot_image_map(task->root, image);
    map_pages(task, STACK_TOP - STACK_SIZE, STACK_SIZE / FRAME_SIZE, RIGHT_READ | RIGHT_WRITE);
    made->modules =
        map_pages(task, BOOT_MODULES_ADDRESS, (sizeof(struct boot_modules) + FRAME_SIZE - 1) / FRAME_SIZE, RIGHT_READ);
}

void boot_worker_make(struct task *task, const struct task *first, uint32_t cpu_number)
{
    make_worker(task, first->name, cpu_number);
    make_tables(task, 0);
    task->root = first->root; /* until all is mapped that they have in common */
    map_worker(task);
    boot_image_worker(cpu_number);
    task->root = server_images.images[0].roots[cpu_number];
}
