/* Text from a printf-like format, without allocation, locale or floating point: for kernel and tasks. */
#ifndef QUIRE_FORMAT_H
#define QUIRE_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Writes the text that `format` describes into buffer[0..size-1] and always ends it with a 0 byte (unless size is 0).
 * Returns the length that was wanted, without the 0: when it is size or more, the text was cut.
 * Conversions: %s (NULL prints "(null)") %c %d %i %u %x %p (0x and the digits) %%; lengths l, ll, z;
 * flags 0 and -; a width in digits. An unknown conversion is copied as it stands. */
size_t format_text(char *buffer, size_t size, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

/* The same with the arguments in place. */
size_t format_line(char *buffer, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
