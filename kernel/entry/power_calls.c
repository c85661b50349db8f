/* System calls that need a power. */
#include "kernel/cpu/instructions.h"
#include "kernel/cpu/uart.h"
#include "kernel/entry/calls.h"
#include "kernel/verdict.h"

/* The bytes that lie in the words of a message. */
static enum error bytes_check(const struct task *task)
{
    uint32_t n = rax_n(task->registers.rax);

    return n == 0 || n > sizeof(task->registers.words) ? ERROR_BAD_COUNT : ERROR_NONE;
}

enum error perform_print(struct task *caller)
{
    enum error error = caller->powers & POWER_PRINT ? bytes_check(caller) : ERROR_NOT_PERMITTED;

    if (error)
        return error;
    bool locked = uart_lock();
    uart_write((const char *)caller->registers.words, rax_n(caller->registers.rax));
    if (locked)
        uart_unlock();
    return ERROR_NONE;
}

enum error perform_verdict(struct task *caller)
{
    if (!(caller->powers & POWER_VERDICT))
        return ERROR_NOT_PERMITTED;
    if (caller->registers.rdi > VERDICT_FAIL)
        return ERROR_BAD_ARGUMENT;
    verdict(caller->registers.rdi == VERDICT_PASS ? MACHINE_PASSED : MACHINE_FAILED);
}

static enum error port_check(const struct task *task)
{
    uint64_t port = task->registers.rdi;

    return (task->powers & POWER_PORTS) && port >= task->first_port && port - task->first_port < task->port_count
               ? ERROR_NONE
               : ERROR_NOT_PERMITTED;
}

enum error perform_port_read(struct task *caller)
{
    enum error error = port_check(caller);

    if (!error)
        caller->answer.rsi = port_read_8((uint16_t)caller->registers.rdi);
    return error;
}

enum error perform_port_write(struct task *caller)
{
    enum error error = port_check(caller);

    if (!error)
        error = bytes_check(caller);
    if (!error)
        port_write_bytes((uint16_t)caller->registers.rdi, caller->registers.words, rax_n(caller->registers.rax));
    return error;
}
