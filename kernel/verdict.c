#include "kernel/verdict.h"
#include "kernel/cpu/instructions.h"
#include "kernel/cpu/stop.h"
#include "kernel/cpu/uart.h"
#include "kernel/print.h"
#include <stdarg.h>
#include <string.h>

#define QEMU_EXIT_PORT 0xf4    /* where tests/run puts isa-debug-exit */
#define BOCHS_EXIT_PORT 0x8900 /* Bochs, iodev/unmapped.cc: the word Shutdown ends it */

_Noreturn void verdict(enum verdict verdict)
{
    static const char *const lines[] = {"verdict: pass\n", "verdict: fail\n", "verdict: panic\n", "verdict: refused\n"};
    const char *line = lines[verdict - MACHINE_PASSED];

    (void)!uart_lock(); /* for ever */
    stop_others();
    uart_write(line, strlen(line));
    uart_drain();
    port_write_32(QEMU_EXIT_PORT, verdict);
    for (const char *letter = "Shutdown"; *letter; letter++)
        port_write_8(BOCHS_EXIT_PORT, (uint8_t)*letter);
    halt_for_ever();
}

_Noreturn void refuse(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_arguments(PRINT_QUIET, "refused: ", format, arguments);
    va_end(arguments);
    verdict(MACHINE_REFUSED);
}

void require(enum error error, const char *what)
{
    if (error == ERROR_NO_MEMORY)
        refuse("%s: this machine has too little memory", what);
    if (error)
        refuse("%s: %s, %s", what, error_name(error), error_sentence(error));
}
