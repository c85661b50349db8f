#include "servers/frameserv/init.h"

#include "servers/frameserv/core/boot.h"
#include "servers/frameserv/kernel.h"
#include <quire/task.h>

static struct keep keep __attribute__((section(".keep")));

/* The linker writes the version where the kernel compares it before another image takes over: see libipc/task.lds. */
#define TEXT_OF(number) #number
#define KEEP_LAYOUT(number) __asm__(".global keep_layout; .set keep_layout, " TEXT_OF(number))
KEEP_LAYOUT(KEEP_VERSION);

static enum error register_patterns(struct worker *worker)
{
    struct slot *patterns = (struct slot *)worker->transfer;

    _Static_assert(REGION_TYPES * sizeof(struct slot) <= FRAME_SIZE, "the patterns fit a transfer page");
    for (uint32_t type = 0; type < REGION_TYPES; type++)
        patterns[type] = boot_pattern((enum region_type)type);
    return system_call_pattern();
}

enum error initialise(struct worker *worker)
{
    const struct boot_information *information = (const struct boot_information *)BOOT_INFORMATION_ADDRESS;
    uint32_t number = start_page()->cpu;
    struct window window;
    enum error error = boot_window(information, (struct slot *)WINDOW_ADDRESS, &window);

    if (error != ERROR_NONE)
        return error;
    if (number >= information->worker_count)
        return ERROR_BAD_BOOT_DATA;
    *worker = (struct worker){.window = window,
                              .keep = &keep,
                              .log = &keep.logs[number],
                              .cache = &keep.caches[number],
                              .control = (struct worker_control *)WORKER_ADDRESS(number),
                              .transfer = (atomic_word *)(WORKER_ADDRESS(number) + WORKER_TRANSFER_OFFSET),
                              .view = (const atomic_word *)(WORKER_ADDRESS(number) + WORKER_VIEW_OFFSET),
                              .reversal = &keep.reversals[number],
                              .number = number,
                              .kernel = &kernel_calls};
    error = register_patterns(worker);
    if (error != ERROR_NONE)
        return error;
    boot_keep(information, &worker->window, &keep);
    error = boot_objects(information, &worker->window, &keep);
    if (error == ERROR_NONE)
        boot_release(worker, kernel_release);
    return error;
}
