#include "kernel/object/interrupt_line.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/legacy_interrupt.h"
#include "kernel/cpu/local_apic.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/handle_table.h"
#include <quire/atomic.h>
#include <stddef.h>

static struct {
    struct task *task;
    handle endpoint;
} lines[LEGACY_LINES];

enum error interrupt_line_bind(struct task *task, handle endpoint, uint64_t line)
{
    if (line >= LEGACY_LINES || line == LEGACY_CASCADE)
        return ERROR_BAD_ARGUMENT;
    struct task *holder = NULL;
    if (!atomic_pointer_swap_if_acquire_release(&lines[line].task, &holder, task) && holder != task)
        return ERROR_OCCUPIED;
    lines[line].endpoint = endpoint;
    if (!endpoint)
        atomic_pointer_store_release(&lines[line].task, NULL);
    legacy_line_set((uint32_t)line, endpoint != 0);
    return ERROR_NONE;
}

enum error interrupt_line_open(const struct task *task, uint64_t line)
{
    if (line >= LEGACY_LINES)
        return ERROR_BAD_ARGUMENT;
    if (lines[line].task != task)
        return ERROR_NOT_PERMITTED;
    legacy_line_set((uint32_t)line, true);
    return ERROR_NONE;
}

/* Looks the handle up, on its CPU. */
static void tell(uint32_t line)
{
    const struct task *task = lines[line].task;
    struct handle_entry *entry;

    if (task && task->cpu_number == this_cpu->number && !handle_find(task, lines[line].endpoint, &entry) &&
        (entry->rights & RIGHT_NOTIFY))
        endpoint_notify((struct endpoint_line *)(uintptr_t)entry->detail, entry->place);
}

/* The legacy controllers interrupt the CPU that booted, only. */
void interrupt_line_fire(uint32_t line)
{
    legacy_line_take(line);
    const struct task *task = atomic_pointer_load_acquire(&lines[line].task);

    if (!task || task->cpu_number == this_cpu->number) {
        tell(line);
        return;
    }
    atomic_or_acquire_release(&cpus[task->cpu_number]->lines_fired, UINT64_C(1) << line);
    interrupt_send(task->cpu_number, VECTOR_MAIL);
}

void interrupt_lines_take(void)
{
    uint64_t fired = atomic_load_relaxed(&this_cpu->lines_fired);

    if (!fired)
        return;
    fired = atomic_exchange_acquire_release(&this_cpu->lines_fired, 0);
    for (uint32_t line = 0; line < LEGACY_LINES; line++)
        if (fired >> line & 1)
            tell(line);
}

void interrupt_lines_forget(const struct task *task)
{
    for (uint32_t line = 0; line < LEGACY_LINES; line++) {
        if (lines[line].task != task)
            continue;
        legacy_line_set(line, false);
        lines[line].task = NULL;
    }
}
