#include "kernel/entry/power_call.h"
#include "kernel/cpu/instructions.h"
#include "kernel/cpu/uart.h"
#include "kernel/memory/ledger.h"
#include "kernel/object/handle_table.h"
#include "kernel/object/interrupt_line.h"
#include "kernel/verdict.h"
#include <string.h>

static void line_show(struct task *task)
{
    uart_write(task->line_text, task->line_length);
    task->line_length = 0;
}

/* A line goes out whole, so that those of several tasks do not mix. */
enum error power_print(struct task *task)
{
    uint32_t n = rax_n(task->registers.rax);
    const char *text = (const char *)task->registers.words;

    if (!(task->powers & POWER_PRINT))
        return ERROR_NOT_PERMITTED;
    if (n == 0 || n > sizeof(task->registers.words))
        return ERROR_BAD_COUNT;
    for (uint32_t k = 0; k < n; k++) {
        task->line_text[task->line_length++] = text[k];
        if (text[k] == '\n' || task->line_length == sizeof(task->line_text))
            line_show(task);
    }
    return ERROR_NONE;
}

enum error power_verdict(const struct task *task)
{
    if (!(task->powers & POWER_VERDICT))
        return ERROR_NOT_PERMITTED;
    if (task->registers.rdi > VERDICT_FAIL)
        return ERROR_BAD_ARGUMENT;
    verdict(task->registers.rdi == VERDICT_PASS ? MACHINE_PASSED : MACHINE_FAILED);
}

static enum error port_check(const struct task *task)
{
    uint64_t port = task->registers.rdi;

    return (task->powers & POWER_PORTS) && port >= task->first_port && port - task->first_port < task->port_count &&
                   port <= UINT16_MAX
               ? ERROR_NONE
               : ERROR_NOT_PERMITTED;
}

enum error power_port_read(const struct task *task, uint64_t *byte)
{
    enum error error = port_check(task);

    if (!error)
        *byte = port_read_8((uint16_t)task->registers.rdi);
    return error;
}

enum error power_port_write(const struct task *task)
{
    uint32_t n = rax_n(task->registers.rax);
    enum error error = port_check(task);

    if (error)
        return error;
    if (n == 0 || n > sizeof(task->registers.words))
        return ERROR_BAD_COUNT;
    port_write_bytes((uint16_t)task->registers.rdi, task->registers.words, n);
    return ERROR_NONE;
}

enum error power_interrupt(struct task *task)
{
    handle endpoint = task->registers.rdi;
    struct handle_entry *entry;

    if (!(task->powers & POWER_INTERRUPTS))
        return ERROR_NOT_PERMITTED;
    if (endpoint) {
        enum error error = handle_find(task, endpoint, &entry);
        if (error)
            return error;
        if (entry->kind != KIND_ENDPOINT)
            return ERROR_WRONG_KIND;
        if (!(entry->rights & RIGHT_NOTIFY))
            return ERROR_MISSING_RIGHT;
    }
    return interrupt_line_bind(task, endpoint, task->registers.rsi);
}

enum error power_acknowledge(const struct task *task)
{
    return task->powers & POWER_INTERRUPTS ? interrupt_line_open(task, task->registers.rsi) : ERROR_NOT_PERMITTED;
}

enum error power_holder(const struct task *task, uint64_t facts[4])
{
    const atomic_word *word = ledger_find(task->registers.rdi);

    if (!task->server)
        return ERROR_NOT_PERMITTED;
    if (!word || ledger_word_state(atomic_load_relaxed(word)) != LEDGER_HELD)
        return ERROR_UNUSED;
    const struct handle_entry *entry = ledger_word_anchor(atomic_load_relaxed(word));
    facts[0] = entry->rights;
    memcpy(&facts[1], entry->owner->name, sizeof(entry->owner->name));
    return ERROR_NONE;
}
