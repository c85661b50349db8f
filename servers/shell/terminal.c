#include "servers/shell/terminal.h"

#include <quire/client.h>
#include <quire/console.h>
#include <quire/endpoint.h>
#include <quire/print.h>
#include <string.h>

#define BIT_TYPED 1
#define CONTROL_C 3
#define AHEAD_MAX 1024 /* bytes that are kept while a command looks for Ctrl-C; more stay with the console server */

static handle bell; /* where the shell waits */
static uint64_t ends;
static bool is_script;
static char ahead[AHEAD_MAX]; /* half of it for what is taken back */
static size_t ahead_count;

must_use enum error terminal_start(bool script)
{
    handle rope;
    enum error error = endpoint_make(&bell);

    is_script = script;
    if (error == ERROR_NONE) {
        error = endpoint_clone(bell, RIGHT_NOTIFY | RIGHT_MOVE, BIT_TYPED, &rope);
    }
    return error != ERROR_NONE ? error : console_listen(rope);
}

must_use enum error terminal_end_handle(uint32_t number, handle *end)
{
    return endpoint_clone(bell, RIGHT_NOTIFY | RIGHT_MOVE, UINT64_C(2) << number, end);
}

must_use enum error terminal_wait(void)
{
    struct endpoint_message message;
    enum error error = endpoint_receive(bell, &message, 0);

    if (error == ERROR_NONE) {
        ends |= message.notification >> 1;
    }
    return error;
}

uint64_t terminal_ends(void)
{
    uint64_t bits = ends;

    ends = 0;
    return bits;
}

size_t terminal_read(char *buffer, size_t size)
{
    size_t count = ahead_count < size ? ahead_count : size;

    if (count > 0) {
        memcpy(buffer, ahead, count);
        ahead_count -= count;
        memmove(ahead, ahead + count, ahead_count);
        return count;
    }
    return console_read(buffer, size, &count) == ERROR_NONE ? count : 0;
}

void terminal_unread(const char *buffer, size_t count)
{
    memmove(ahead + count, ahead, ahead_count);
    memcpy(ahead, buffer, count);
    ahead_count += count;
}

bool terminal_interrupted(void)
{
    size_t count;

    if (is_script) {
        return false;
    }
    if (ahead_count < AHEAD_MAX / 2 &&
        console_read(ahead + ahead_count, AHEAD_MAX / 2 - ahead_count, &count) == ERROR_NONE) {
        ahead_count += count;
    }
    for (size_t k = ahead_count; k > 0; k--) {
        if (ahead[k - 1] == CONTROL_C) {
            ahead_count -= k;
            memmove(ahead, ahead + k, ahead_count);
            return true;
        }
    }
    return false;
}

void terminal_show(const char *text, size_t length)
{
    while (length > 0) {
        char piece[PRINT_LENGTH_MAX + 1];
        size_t part = length < PRINT_LENGTH_MAX ? length : PRINT_LENGTH_MAX;

        memcpy(piece, text, part);
        piece[part] = 0;
        print("%s", piece);
        text += part;
        length -= part;
    }
}

void terminal_flush(void)
{
    enum error error = console_flush(); /* a console that is gone shows nothing any more */
    (void)error;
}
