#include "servers/framemap/clock.h"

#include <quire/endpoint.h>
#include <quire/system_call.h>
#include <stdbool.h>

/* Intel 8254 data-sheet: counter 0 of a PC counts 1,193,182 times a second and interrupts at line 0. */
#define LINE 0
#define COUNTER 0x40
#define CONTROL 0x43
#define CONTROL_PERIODIC 0x34 /* counter 0, low byte first, mode 2: again and again */
#define COUNTS_A_SECOND 1193182

static handle bell;
static bool runs;

static enum error program(uint32_t a_second)
{
    const uint64_t control[MESSAGE_WORDS] = {CONTROL_PERIODIC};
    const uint64_t count[MESSAGE_WORDS] = {COUNTS_A_SECOND / a_second};
    enum error error = system_call_port_write(CONTROL, 1, control);

    return error != ERROR_NONE ? error : system_call_port_write(COUNTER, 2, count);
}

must_use enum error clock_start(uint32_t a_second)
{
    handle notifier; /* kept: the line uses it */
    enum error error = endpoint_make(&bell);

    if (error == ERROR_NONE) {
        error = endpoint_clone(bell, RIGHT_NOTIFY, 1, &notifier);
    }
    if (error == ERROR_NONE) {
        error = program(a_second);
    }
    if (error == ERROR_NONE) {
        error = system_call_interrupt(notifier, LINE);
    }
    runs = error == ERROR_NONE;
    return error;
}

void clock_wait(void)
{
    struct endpoint_message message;

    if (!runs) {
        system_call_yield();
        return;
    }
    runs = system_call_acknowledge(LINE) == ERROR_NONE && endpoint_receive(bell, &message, 0) == ERROR_NONE;
}
