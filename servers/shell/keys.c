#include "servers/shell/keys.h"

#define ESCAPE 0x1b
#define DELETE 0x7f
#define CONTROL(letter) ((letter)&0x1f)
#define NUMBER_MAX 1000 /* no key has a greater one */

static enum key plain_key(uint8_t byte)
{
    switch (byte) {
    case '\r':
    case '\n':
        return KEY_ENTER;
    case '\t':
        return KEY_TAB;
    case DELETE:
    case CONTROL('H'):
        return KEY_BACKSPACE;
    case CONTROL('A'):
        return KEY_HOME;
    case CONTROL('B'):
        return KEY_LEFT;
    case CONTROL('C'):
        return KEY_INTERRUPT;
    case CONTROL('D'):
        return KEY_DELETE_OR_END;
    case CONTROL('E'):
        return KEY_END;
    case CONTROL('F'):
        return KEY_RIGHT;
    case CONTROL('K'):
        return KEY_KILL_RIGHT;
    case CONTROL('L'):
        return KEY_CLEAR;
    case CONTROL('N'):
        return KEY_DOWN;
    case CONTROL('P'):
        return KEY_UP;
    case CONTROL('U'):
        return KEY_KILL_LEFT;
    case CONTROL('W'):
        return KEY_KILL_WORD;
    case CONTROL('Y'):
        return KEY_YANK;
    default:
        return byte >= ' ' && byte < DELETE ? KEY_CHARACTER : KEY_UNKNOWN;
    }
}

/* ESC [ LETTER and ESC O LETTER. */
static enum key letter_key(uint8_t letter)
{
    switch (letter) {
    case 'A':
        return KEY_UP;
    case 'B':
        return KEY_DOWN;
    case 'C':
        return KEY_RIGHT;
    case 'D':
        return KEY_LEFT;
    case 'H':
        return KEY_HOME;
    case 'F':
        return KEY_END;
    default:
        return KEY_NONE;
    }
}

/* ESC [ NUMBER ~ */
static enum key number_key(uint32_t number)
{
    switch (number) {
    case 1:
    case 7:
        return KEY_HOME;
    case 4:
    case 8:
        return KEY_END;
    case 3:
        return KEY_DELETE;
    default:
        return KEY_NONE;
    }
}

static enum key control_key(struct keys *keys, uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        if (!keys->another && keys->number < NUMBER_MAX) {
            keys->number = keys->number * 10 + (byte - '0');
        }
        return KEY_NONE;
    }
    if (byte >= ' ' && byte < '@') { /* further parameters, and what may stand before the last byte */
        keys->another = true;
        return KEY_NONE;
    }
    keys->state = KEYS_PLAIN;
    return byte == '~' ? number_key(keys->number) : letter_key(byte);
}

enum key keys_take(struct keys *keys, uint8_t byte)
{
    bool after_return = keys->after_return;

    keys->after_return = byte == '\r';
    if (byte == ESCAPE) {
        *keys = (struct keys){.state = KEYS_ESCAPE};
        return KEY_NONE;
    }
    if (byte < ' ' || byte == DELETE) { /* no sequence has such a byte: it was cut off */
        keys->state = KEYS_PLAIN;
    }
    switch (keys->state) {
    case KEYS_ESCAPE:
        keys->state = byte == '[' ? KEYS_CONTROL : byte == 'O' ? KEYS_SHIFTED : KEYS_PLAIN;
        return KEY_NONE;
    case KEYS_CONTROL:
        return control_key(keys, byte);
    case KEYS_SHIFTED:
        keys->state = KEYS_PLAIN;
        return letter_key(byte);
    case KEYS_PLAIN:
        break;
    }
    return byte == '\n' && after_return ? KEY_NONE : plain_key(byte);
}
