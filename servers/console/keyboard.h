/* What a PC keyboard with the US layout types: scan codes of set 1 in, the bytes of a serial terminal out. Knows nothing of ports. */
#ifndef SERVERS_CONSOLE_KEYBOARD_H
#define SERVERS_CONSOLE_KEYBOARD_H

#include <stdbool.h>
#include <stdint.h>

#define KEYBOARD_BYTES 4 /* that one key types at the most */

struct keyboard {
    bool shift[2]; /* left, right: held down */
    bool control[2];
    bool caps_lock;
    bool caps_held;   /* a key that is held repeats itself */
    bool extended;    /* E0 came: the next code is one of the keys that later keyboards added */
    uint32_t skipped; /* codes of the Pause key that are still to come */
};

/* Takes a code; returns how many bytes it types, which stand in `bytes`. All 0 is a keyboard at its start. */
uint32_t keyboard_take(struct keyboard *keyboard, uint8_t code, uint8_t bytes[KEYBOARD_BYTES]);

#endif
