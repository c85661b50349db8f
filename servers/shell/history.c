#include "servers/shell/history.h"

#include <stddef.h>
#include <string.h>

void history_add(struct history *history, const char *line)
{
    const char *last = history_line(history, 1);

    if (*line == 0 || (last != NULL && strcmp(last, line) == 0)) {
        return;
    }
    char *place = history->lines[history->added++ % HISTORY_LINES];
    size_t length = strnlen(line, SHELL_LINE_MAX);
    memcpy(place, line, length);
    place[length] = 0;
}

const char *history_line(const struct history *history, uint64_t back)
{
    if (back == 0 || back > history->added || back > HISTORY_LINES) {
        return NULL;
    }
    return history->lines[(history->added - back) % HISTORY_LINES];
}
