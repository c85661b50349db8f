/* A line that is being typed: keys in, what the terminal is to show out. Knows nothing of where both come from. */
#ifndef SERVERS_SHELL_EDITOR_H
#define SERVERS_SHELL_EDITOR_H

#include "servers/shell/completion.h"
#include "servers/shell/history.h"
#include "servers/shell/keys.h"
#include <stdbool.h>

#define EDITOR_COLUMNS 80 /* of the terminal; a longer line is shown in part */

enum editor_event {
    EDITOR_MORE,
    EDITOR_LINE,        /* editor->text is what was typed */
    EDITOR_INTERRUPTED, /* Ctrl-C: the line is empty now */
    EDITOR_END,         /* Ctrl-D on an empty line */
};

struct editor {
    const char *prompt;
    void (*show)(const char *text, size_t length);
    /* Offers what the word behind `before` (the line up to it, ended by 0) could be. */
    void (*candidates)(const char *before, struct completion *completion);
    struct history *history;
    bool plain; /* no keys: bytes are text, a tab is a blank; for scripts */

    char text[SHELL_LINE_MAX + 1]; /* ended by 0 */
    size_t length;
    size_t cursor;
    bool too_long; /* characters were left out */
    struct keys keys;
    bool after_tab;
    uint64_t back;                   /* in history; 0: the line itself */
    char own[SHELL_LINE_MAX + 1];    /* the line itself, while one of history stands there */
    char killed[SHELL_LINE_MAX + 1]; /* what was killed last */

    size_t scroll; /* the first character that is shown */
    bool drawn;    /* the terminal shows the following behind the prompt */
    size_t drawn_length;
    size_t drawn_cursor;
    size_t drawn_scroll;
    char drawn_text[EDITOR_COLUMNS];
};

/* Empties the line; the prompt is to be shown anew. */
void editor_begin(struct editor *editor);

/* Takes a byte. Nothing is shown until editor_refresh, but bells and lists of candidates. */
enum editor_event editor_take(struct editor *editor, uint8_t byte);

/* Shows the line as it is. */
void editor_refresh(struct editor *editor);

/* Takes the prompt and the line off the terminal, for something else to be shown; editor_refresh brings them back. */
void editor_hide(struct editor *editor);

#endif
