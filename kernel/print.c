#include "kernel/print.h"
#include "kernel/cpu/uart.h"
#include <quire/format.h>
#include <stdarg.h>

#define LINE 240

static enum print_level shown = PRINT_INFORMATION;

void print_level_set(enum print_level level)
{
    shown = level;
}

void print_line(enum print_level level, const char *format, ...)
{
    char line[LINE];
    va_list arguments;

    if (level > shown)
        return;
    va_start(arguments, format);
    size_t length = format_text(line, sizeof(line), format, arguments);
    va_end(arguments);
    uart_write("# ", 2);
    uart_write(line, length < sizeof(line) ? length : sizeof(line) - 1);
    uart_write("\n", 1);
}

void print_text(const char *text, size_t length)
{
    uart_write(text, length);
}
