#include "servers/console/keyboard.h"

#include <string.h>

/* Scan codes of set 1 (IBM PS/2 Hardware Interface Technical Reference, keyboards): a key's code, with RELEASED when it comes up. */
#define RELEASED 0x80
#define EXTENDED 0xe0
#define PAUSE 0xe1
#define PAUSE_CODES 2 /* that follow each PAUSE: 1d 45, 9d c5 */
#define KEY_CONTROL 0x1d
#define KEY_SHIFT_LEFT 0x2a
#define KEY_SHIFT_RIGHT 0x36
#define KEY_CAPS_LOCK 0x3a
#define KEY_PAD_SLASH 0x35
#define KEY_ENTER 0x1c

/* By code: what a key types, without and with shift; 0: nothing. Delete is what terminals send for Backspace. */
static const char plain[] = "\0\x1b"
                            "1234567890-=\x7f\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 "
                            "\0\0\0\0\0\0\0\0\0\0\0\0\0" /* caps lock, F1 to F10, num lock, scroll lock */
                            "789-456+1230.";
static const char shifted[] = "\0\x1b"
                              "!@#$%^&*()_+\x7f\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 "
                              "\0\0\0\0\0\0\0\0\0\0\0\0\0"
                              "789-456+1230.";
_Static_assert(sizeof(plain) == sizeof(shifted) && sizeof(plain) == 0x53 + 2, "one for each code to 0x53, and the end");

/* Keys with EXTENDED before their code: what ANSI terminals send. */
static const struct {
    uint8_t code;
    const char *bytes;
} named[] = {
    {0x47, "\x1b[H"}, {0x48, "\x1b[A"},  {0x49, "\x1b[5~"}, {0x4b, "\x1b[D"},  {0x4d, "\x1b[C"},  {0x4f, "\x1b[F"},
    {0x50, "\x1b[B"}, {0x51, "\x1b[6~"}, {0x52, "\x1b[2~"}, {0x53, "\x1b[3~"}, {KEY_ENTER, "\r"}, {KEY_PAD_SLASH, "/"},
};

static uint32_t type_named(uint8_t code, uint8_t bytes[KEYBOARD_BYTES])
{
    for (uint32_t k = 0; k < sizeof(named) / sizeof(named[0]); k++) {
        if (named[k].code == code) {
            uint32_t length = (uint32_t)strlen(named[k].bytes);

            memcpy(bytes, named[k].bytes, length);
            return length;
        }
    }
    return 0;
}

/* Whether the code is of a key that is held while others are typed; notes it. */
static bool is_modifier(struct keyboard *keyboard, uint8_t code, bool down)
{
    switch (code) {
    case KEY_CONTROL:
        keyboard->control[keyboard->extended] = down;
        return true;
    case KEY_SHIFT_LEFT:
    case KEY_SHIFT_RIGHT:
        if (!keyboard->extended) { /* else one that the keyboard makes up around a cursor key */
            keyboard->shift[code == KEY_SHIFT_RIGHT] = down;
        }
        return true;
    case KEY_CAPS_LOCK:
        keyboard->caps_lock ^= down && !keyboard->caps_held;
        keyboard->caps_held = down;
        return true;
    default:
        return false;
    }
}

static uint32_t type(const struct keyboard *keyboard, uint8_t code, uint8_t bytes[KEYBOARD_BYTES])
{
    bool shift = keyboard->shift[0] || keyboard->shift[1];

    if (code >= sizeof(plain) - 1 || plain[code] == 0) {
        return 0;
    }
    if (plain[code] >= 'a' && plain[code] <= 'z') {
        shift ^= keyboard->caps_lock;
    }
    bytes[0] = (uint8_t)(shift ? shifted[code] : plain[code]);
    if (keyboard->control[0] || keyboard->control[1]) {
        if ((bytes[0] & 0x40) == 0 && bytes[0] != ' ') {
            return 0; /* no control character */
        }
        bytes[0] &= 0x1f;
    }
    return 1;
}

uint32_t keyboard_take(struct keyboard *keyboard, uint8_t code, uint8_t bytes[KEYBOARD_BYTES])
{
    uint32_t count = 0;

    if (keyboard->skipped > 0) {
        keyboard->skipped--;
        return 0;
    }
    if (code == EXTENDED || code == PAUSE) {
        keyboard->extended = code == EXTENDED;
        keyboard->skipped = code == PAUSE ? PAUSE_CODES : 0;
        return 0;
    }
    bool down = (code & RELEASED) == 0;
    code &= (uint8_t)~RELEASED;
    if (!is_modifier(keyboard, code, down) && down) {
        count = keyboard->extended ? type_named(code, bytes) : type(keyboard, code, bytes);
    }
    keyboard->extended = false;
    return count;
}
