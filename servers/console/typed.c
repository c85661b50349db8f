#include "servers/console/typed.h"

#include "servers/console/i8042.h"
#include "servers/console/input.h"
#include "servers/console/keyboard.h"
#include "servers/console/uart.h"
#include <quire/endpoint.h>
#include <quire/system_call.h>

#define SERIAL_BADGE 1 /* bits with which interrupts notify */
#define KEYBOARD_BADGE 2
#define BYTES_AT_ONCE 4096 /* that one interrupt takes: a port that is not there seems to have some for ever */
#define KEYBOARD_RESERVE 64

static struct input input;
static struct keyboard keyboard;
static bool paused; /* the serial port was told to wait */
static bool told;   /* that something was lost */

/* Has a line notify the endpoint. */
static must_use enum error bind(handle endpoint, uint64_t badge, uint64_t line)
{
    handle notifier; /* kept: the line uses it */
    enum error error = endpoint_clone(endpoint, RIGHT_NOTIFY, badge, &notifier);

    return error != ERROR_NONE ? error : system_call_interrupt(notifier, line);
}

must_use enum error typed_start_serial(handle endpoint)
{
    enum error error = bind(endpoint, SERIAL_BADGE, UART_LINE);

    return error != ERROR_NONE ? error : uart_listen(true);
}

must_use enum error typed_start_keyboard(handle endpoint)
{
    return i8042_start() ? bind(endpoint, KEYBOARD_BADGE, I8042_LINE) : ERROR_NONE;
}

/* Interrupts come again when the port is told to go on, since it then has bytes, or gets some. */
static void pause_serial(bool pause)
{
    if (pause != paused && uart_listen(!pause) == ERROR_NONE) {
        paused = pause;
    }
}

static void take_serial(void)
{
    uint8_t byte;

    for (uint32_t k = 0; k < BYTES_AT_ONCE; k++) {
        if (input_room(&input) <= KEYBOARD_RESERVE) {
            pause_serial(true);
            return;
        }
        if (!uart_read(&byte)) {
            return;
        }
        input_put(&input, byte);
    }
}

static void take_keys(void)
{
    uint8_t bytes[KEYBOARD_BYTES];
    uint8_t code;

    for (uint32_t k = 0; k < BYTES_AT_ONCE && i8042_read(&code); k++) {
        uint32_t count = keyboard_take(&keyboard, code, bytes);

        for (uint32_t i = 0; i < count; i++) {
            input_put(&input, bytes[i]);
        }
    }
}

must_use enum error typed_collect(uint64_t bits)
{
    enum error error = ERROR_NONE;

    if ((bits & SERIAL_BADGE) != 0) {
        take_serial();
        error = system_call_acknowledge(UART_LINE);
    }
    if ((bits & KEYBOARD_BADGE) != 0) {
        take_keys();
        enum error second = system_call_acknowledge(I8042_LINE);
        error = error != ERROR_NONE ? error : second;
    }
    return error;
}

bool typed_waits(void)
{
    return input_waiting(&input) > 0;
}

size_t typed_take(uint8_t *buffer, size_t size)
{
    size_t count = input_take(&input, buffer, size);

    if (input_room(&input) >= INPUT_LENGTH / 2) {
        pause_serial(false);
    }
    if (input_waiting(&input) == 0) {
        told = false;
    }
    return count;
}

const char *typed_loss(void)
{
    static uint64_t lost; /* as far as was told */
    bool overrun = uart_overrun();
    bool full = input.lost != lost;

    lost = input.lost;
    if (told || (!overrun && !full)) {
        return NULL;
    }
    told = true;
    return overrun ? "the serial port lost bytes" : "typed faster than read";
}
