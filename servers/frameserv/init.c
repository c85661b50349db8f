#include "servers/frameserv/init.h"

#include "servers/frameserv/core/lock_rules.h"
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

static void worker_make(struct worker *worker, uint32_t number)
{
    lock_rules_begin(&keep);
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

/* This CPU's worker, and what all of them know. */
static void make_own(struct worker *worker, const struct window *window, uint32_t number)
{
    worker->window = *window;
    worker_make(worker, number);
}

/* The first start, or one that a kill cut off. */
static enum error begin(struct worker *worker, const struct boot_information *information, uint32_t number)
{
    struct window window;
    enum error error = boot_window(information, (struct slot *)WINDOW_ADDRESS, &window);

    if (error != ERROR_NONE)
        return error;
    make_own(worker, &window, number);
    error = register_patterns(worker);
    return error != ERROR_NONE ? error : start_first(worker, information, kernel_release);
}

enum error initialise(struct worker *worker, uint32_t number)
{
    const struct boot_information *information = (const struct boot_information *)BOOT_INFORMATION_ADDRESS;
    struct window window = boot_window_known(information, (struct slot *)WINDOW_ADDRESS);
    bool first;
    enum error error = start_check(&keep, &first);

    if (error != ERROR_NONE)
        return error;
    if (number >= information->worker_count)
        return ERROR_BAD_BOOT_DATA;
    if (first)
        return begin(worker, information, number);
    make_own(worker, &window, number);
    if (worker->control->start == RESTART_JOINS)
        return ERROR_NONE;
    recover(worker, information->worker_count, worker->control->start, worker_make);
    worker_make(worker, number);
    return ERROR_NONE;
}
