/* The lines that were typed last. */
#ifndef SERVERS_SHELL_HISTORY_H
#define SERVERS_SHELL_HISTORY_H

#include <stdint.h>

#define SHELL_LINE_MAX 1000 /* characters of a line */
#define HISTORY_LINES 32

struct history {
    uint64_t added; /* in all */
    char lines[HISTORY_LINES][SHELL_LINE_MAX + 1];
};

/* Adds a line, unless it is empty or that of before. */
void history_add(struct history *history, const char *line);

/* The line that was typed `back` lines before the next one, from 1 on; NULL: there is none (any more). */
const char *history_line(const struct history *history, uint64_t back);

#endif
