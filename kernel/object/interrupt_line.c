#include "kernel/object/interrupt_line.h"
#include "kernel/cpu/legacy_interrupt.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/handle_table.h"
#include <stddef.h>

static struct {
    struct task *task;
    handle endpoint;
} lines[LEGACY_LINES];

enum error interrupt_line_bind(struct task *task, handle endpoint, uint64_t line)
{
    if (line >= LEGACY_LINES || line == LEGACY_CASCADE)
        return ERROR_BAD_ARGUMENT;
    if (lines[line].task && lines[line].task != task)
        return ERROR_OCCUPIED;
    lines[line].task = endpoint ? task : NULL;
    lines[line].endpoint = endpoint;
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

void interrupt_line_fire(uint32_t line)
{
    struct handle_entry *entry;

    legacy_line_take(line);
    if (lines[line].task && !handle_find(lines[line].task, lines[line].endpoint, &entry) &&
        (entry->rights & RIGHT_NOTIFY))
        endpoint_notify((struct endpoint_line *)(uintptr_t)entry->detail, entry->place);
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
