#include "kernel/verdict.h"
#include "kernel/cpu/instructions.h"
#include "kernel/cpu/uart.h"
#include "kernel/print.h"
#include <quire/atomic.h>
#include <stdarg.h>
#include <string.h>

#define QEMU_EXIT_PORT 0xf4    /* where tests/run puts isa-debug-exit */
#define BOCHS_EXIT_PORT 0x8900 /* Bochs, iodev/unmapped.cc: the word Shutdown ends it */

_Noreturn void verdict(enum verdict verdict)
{
    static const char *const lines[] = {"verdict: pass\n", "verdict: fail\n", "verdict: panic\n", "verdict: refused\n"};
    const char *line = lines[verdict - MACHINE_PASSED];

    uart_write(line, strlen(line));
    uart_drain();
    port_write_32(QEMU_EXIT_PORT, verdict);
    for (const char *letter = "Shutdown"; *letter; letter++)
        port_write_8(BOCHS_EXIT_PORT, (uint8_t)*letter);
    for (;;)
        __asm__ volatile("cli; hlt");
}

static atomic_word expected; /* tasks that have not given their verdict */
static atomic_word spoilt;

void verdict_expect(void)
{
    atomic_add_relaxed(&expected, 1);
}

_Noreturn void verdict_of_task(bool passed)
{
    verdict(passed && !atomic_load_relaxed(&spoilt) ? MACHINE_PASSED : MACHINE_FAILED);
}

void verdict_task_ended(bool passed)
{
    if (!passed)
        verdict_spoil();
    if (atomic_subtract_release(&expected, 1) == 1) {
        atomic_fence_acquire();
        verdict_of_task(true);
    }
}

void verdict_spoil(void)
{
    atomic_store_relaxed(&spoilt, 1);
}

void verdict_start(void)
{
    if (atomic_load_relaxed(&spoilt) && !atomic_load_relaxed(&expected))
        verdict(MACHINE_FAILED);
}

_Noreturn void verdict_because(enum verdict reason, const char *before, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_arguments(PRINT_QUIET, before, format, arguments);
    va_end(arguments);
    verdict(reason);
}

void require(enum error error, const char *what)
{
    if (error == ERROR_NO_MEMORY)
        refuse("%s: this machine has too little memory", what);
    if (error)
        refuse("%s: %s, %s", what, error_name(error), error_sentence(error));
}
