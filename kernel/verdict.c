#include "kernel/verdict.h"
#include "kernel/cpu/instructions.h"
#include "kernel/cpu/uart.h"
#include "kernel/print.h"
#include <quire/atomic.h>
#include <quire/format.h>
#include <stdarg.h>
#include <string.h>

#define QEMU_EXIT_PORT 0xf4    /* where tests/run puts isa-debug-exit */
#define BOCHS_EXIT_PORT 0x8900 /* Bochs, iodev/unmapped.cc: the word Shutdown ends it */

_Noreturn void verdict(enum verdict verdict)
{
    const char *word = verdict == VERDICT_PASS    ? "verdict: pass\n"
                       : verdict == VERDICT_FAIL  ? "verdict: fail\n"
                       : verdict == VERDICT_PANIC ? "verdict: panic\n"
                                                  : "verdict: refused\n";

    print_text(word, strlen(word));
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

void verdict_task_ended(bool passed)
{
    if (!passed)
        verdict_spoil();
    if (atomic_subtract_release(&expected, 1) == 1) {
        atomic_fence_acquire();
        verdict(atomic_load_relaxed(&spoilt) ? VERDICT_FAIL : VERDICT_PASS);
    }
}

void verdict_spoil(void)
{
    atomic_store_relaxed(&spoilt, 1);
}

void verdict_start(void)
{
    if (atomic_load_relaxed(&spoilt) && !atomic_load_relaxed(&expected))
        verdict(VERDICT_FAIL);
}

static void say(const char *what, const char *format, va_list arguments)
{
    char text[200];

    format_text(text, sizeof(text), format, arguments);
    print_line(PRINT_QUIET, "%s: %s", what, text);
}

_Noreturn void panic(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say("panic", format, arguments);
    va_end(arguments);
    verdict(VERDICT_PANIC);
}

_Noreturn void refuse(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say("refused", format, arguments);
    va_end(arguments);
    verdict(VERDICT_REFUSED);
}

void require(enum error error, const char *what)
{
    if (error)
        refuse("%s: %s, %s", what, error_name(error), error_sentence(error));
}
