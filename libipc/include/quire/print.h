/* Text on the console. */
#ifndef QUIRE_PRINT_H
#define QUIRE_PRINT_H

#include <quire/format.h>

#define PRINT_LENGTH_MAX 255 /* characters that one call prints; the rest is cut */

/* Prints what the format (see format.h) describes, through the console server; without one, and for a task that has the
 * power, by the kernel; for others nowhere. A line is shown at its end, so lines of several tasks do not mix; one that is
 * longer than the server's buffer (or the kernel's) is shown in pieces. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for a function that has its arguments from elsewhere. */
void print_arguments(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

#endif
