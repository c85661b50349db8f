/* The kernel's own words on the console: boot, faults, panic. */
#ifndef KERNEL_PRINT_H
#define KERNEL_PRINT_H

#include <stdarg.h>

enum print_level { PRINT_QUIET, PRINT_INFORMATION };

extern enum print_level print_shown; /* lines up to this level are shown; INFORMATION at start */

/* Shows one line, "# " before it and a line feed after it, if its level is on. Format: quire/format.h. */
void print_line(enum print_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same with text in front, and arguments as a list. */
void print_arguments(enum print_level level, const char *before, const char *format, va_list arguments);

#endif
