#include "servers/console/i8042.h"

#include <quire/system_call.h>

/* IBM PS/2 Hardware Interface Technical Reference, keyboard and auxiliary device controller. */
#define DATA 0x60
#define STATUS 0x64
#define COMMAND 0x64

#define STATUS_OUTPUT_FULL 0x01
#define STATUS_INPUT_FULL 0x02
#define STATUS_MOUSE 0x20
#define STATUS_ABSENT 0xff /* what ports answer behind which there is nothing */

#define READ_CONFIGURATION 0x20
#define WRITE_CONFIGURATION 0x60
#define DISABLE_MOUSE 0xa7
#define DISABLE_KEYBOARD 0xad
#define ENABLE_KEYBOARD 0xae
#define CONFIGURE_INTERRUPT 0x01
#define CONFIGURE_MOUSE_INTERRUPT 0x02
#define CONFIGURE_KEYBOARD_OFF 0x10
#define CONFIGURE_TRANSLATE 0x40 /* from set 2, which keyboards send, to set 1 */

#define KEYBOARD_SET 0xf0
#define KEYBOARD_SET_2 2
#define KEYBOARD_SCAN 0xf4
#define KEYBOARD_ACKNOWLEDGED 0xfa

#define PATIENCE 20000 /* reads of the status until what is waited for counts as never coming */
#define STALE_BYTES 64 /* of before that are thrown away; controllers keep 16 and fewer */

static bool read_port(uint16_t port, uint8_t *value)
{
    return system_call_port_read(port, value) == ERROR_NONE;
}

static bool write_port(uint16_t port, uint8_t value)
{
    const uint64_t words[MESSAGE_WORDS] = {value};

    return system_call_port_write(port, 1, words) == ERROR_NONE;
}

/* Waits until a bit of the status is as wanted. */
static bool wait_for(uint8_t bit, bool set)
{
    uint8_t status;

    for (uint32_t k = 0; k < PATIENCE; k++) {
        if (!read_port(STATUS, &status) || status == STATUS_ABSENT) {
            return false;
        }
        if (((status & bit) != 0) == set) {
            return true;
        }
    }
    return false;
}

static bool send(uint16_t port, uint8_t value)
{
    return wait_for(STATUS_INPUT_FULL, false) && write_port(port, value);
}

static bool answer(uint8_t *value)
{
    return wait_for(STATUS_OUTPUT_FULL, true) && read_port(DATA, value);
}

/* A byte for the keyboard itself, which it acknowledges. */
static bool tell_keyboard(uint8_t value)
{
    uint8_t reply;

    return send(DATA, value) && answer(&reply) && reply == KEYBOARD_ACKNOWLEDGED;
}

static void throw_away(void)
{
    uint8_t byte;

    for (uint32_t k = 0; k < STALE_BYTES && read_port(STATUS, &byte) && (byte & STATUS_OUTPUT_FULL) != 0; k++) {
        if (!read_port(DATA, &byte)) {
            return;
        }
    }
}

bool i8042_start(void)
{
    uint8_t configuration;

    if (!send(COMMAND, DISABLE_KEYBOARD) || !send(COMMAND, DISABLE_MOUSE)) {
        return false;
    }
    throw_away();
    if (!send(COMMAND, READ_CONFIGURATION) || !answer(&configuration)) {
        return false;
    }
    configuration |= CONFIGURE_INTERRUPT | CONFIGURE_TRANSLATE;
    configuration &= (uint8_t) ~(CONFIGURE_MOUSE_INTERRUPT | CONFIGURE_KEYBOARD_OFF);
    if (!send(COMMAND, ENABLE_KEYBOARD) || !tell_keyboard(KEYBOARD_SET) || !tell_keyboard(KEYBOARD_SET_2) ||
        !tell_keyboard(KEYBOARD_SCAN)) {
        return false;
    }
    return send(COMMAND, WRITE_CONFIGURATION) && send(DATA, configuration);
}

bool i8042_read(uint8_t *code)
{
    uint8_t status;

    for (uint32_t k = 0; k < STALE_BYTES; k++) {
        if (!read_port(STATUS, &status) || status == STATUS_ABSENT || (status & STATUS_OUTPUT_FULL) == 0 ||
            !read_port(DATA, code)) {
            return false;
        }
        if ((status & STATUS_MOUSE) == 0) {
            return true;
        }
    }
    return false;
}
