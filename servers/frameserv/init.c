#include "servers/frameserv/init.h"

#include "servers/frameserv/core/recover.h"
#include "servers/frameserv/core/start.h"
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

static void worker_make(struct worker *worker, const struct window *window, uint32_t number)
{
    worker->window = *window;
    worker->keep = &keep;
    worker->log = &keep.logs[number];
    worker->cache = &keep.caches[number];
    worker->control = (struct worker_control *)WORKER_ADDRESS(number);
    worker->transfer = (atomic_word *)(WORKER_ADDRESS(number) + WORKER_TRANSFER_OFFSET);
    worker->view = (const atomic_word *)(WORKER_ADDRESS(number) + WORKER_VIEW_OFFSET);
    worker->reversal = &keep.reversals[number];
    worker->note = &keep.notes[number];
    worker->number = number;
    worker->kernel = &kernel_calls;
}

/* None of the workers runs. This one's memory is that of a start, so it stands in for the others. */
static void restart(struct worker *worker, uint32_t workers)
{
    uint32_t number = worker->number;

    recover_begin(&keep, worker->control->start);
    for (uint32_t k = 0; k < workers; k++) {
        worker_make(worker, &worker->window, k);
        recover_worker(worker);
    }
    worker_make(worker, &worker->window, number);
}

enum error initialise(struct worker *worker)
{
    const struct boot_information *information = (const struct boot_information *)BOOT_INFORMATION_ADDRESS;
    struct slot *slots = (struct slot *)WINDOW_ADDRESS;
    uint32_t number = start_page()->cpu;
    struct window window;
    bool first;
    enum error error = start_check(&keep, &first);

    if (error != ERROR_NONE)
        return error;
    if (!first) {
        window = boot_window_known(information, slots);
        worker_make(worker, &window, number);
        restart(worker, information->worker_count);
        return ERROR_NONE;
    }
    error = boot_window(information, slots, &window);
    if (error != ERROR_NONE)
        return error;
    if (number >= information->worker_count)
        return ERROR_BAD_BOOT_DATA;
    worker_make(worker, &window, number);
    error = register_patterns(worker);
    return error != ERROR_NONE ? error : start_first(worker, information, kernel_release);
}
