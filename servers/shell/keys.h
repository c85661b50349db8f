/* From bytes to keys: what a terminal sends for cursor keys are escape sequences (ECMA-48, 5.4; xterm's control sequences). */
#ifndef SERVERS_SHELL_KEYS_H
#define SERVERS_SHELL_KEYS_H

#include <stdbool.h>
#include <stdint.h>

enum key {
    KEY_NONE, /* the byte was part of a sequence, or means nothing */
    KEY_CHARACTER,
    KEY_ENTER,
    KEY_TAB,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_UP,
    KEY_DOWN,
    KEY_HOME,
    KEY_END,
    KEY_DELETE,
    KEY_BACKSPACE,
    KEY_KILL_RIGHT, /* to the end of the line */
    KEY_KILL_LEFT,  /* to its start */
    KEY_KILL_WORD,
    KEY_YANK, /* what was killed last, back */
    KEY_CLEAR,
    KEY_INTERRUPT,
    KEY_DELETE_OR_END, /* Ctrl-D */
    KEY_UNKNOWN,       /* a byte that stands for nothing */
};

struct keys {
    enum { KEYS_PLAIN, KEYS_ESCAPE, KEYS_CONTROL, KEYS_SHIFTED } state; /* after nothing, ESC, ESC [, ESC O */
    uint32_t number;                                                    /* first parameter of the sequence */
    bool another;                                                       /* a further one follows */
    bool after_return;
};

/* What a byte is, after those before. Starts with all 0. */
enum key keys_take(struct keys *keys, uint8_t byte);

#endif
