#include "kernel/print.h"
#include "kernel/cpu/uart.h"
#include <quire/format.h>
#include <string.h>

#define LINE 240

enum print_level print_shown = PRINT_INFORMATION;

void print_arguments(enum print_level level, const char *before, const char *format, va_list arguments)
{
    char line[LINE];

    if (level > print_shown)
        return;
    size_t length = format_text(line, sizeof(line), format, arguments);
    bool locked = uart_lock();
    uart_write("# ", 2);
    uart_write(before, strlen(before));
    uart_write(line, length < sizeof(line) ? length : sizeof(line) - 1);
    uart_write("\n", 1);
    if (locked)
        uart_unlock();
}

void print_line(enum print_level level, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_arguments(level, "", format, arguments);
    va_end(arguments);
}
