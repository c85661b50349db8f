/* printf's useful part. */
#include <quire/format.h>

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define DIGITS_MAX 20 /* of 2^64 - 1 in decimal */
#define WIDTH_MAX 512 /* wider fields are a mistake of the caller's: cut */

/* Where the text goes, and how long it has become, cut or not. */
struct output {
    char *buffer;
    size_t size;
    size_t length;
};

/* One conversion: %[flags][width][length]letter. */
struct conversion {
    bool left;
    bool zeros;
    bool wide; /* the argument has 64 bits */
    unsigned width;
    char letter;
};

static void put(struct output *output, char character)
{
    if (output->length + 1 < output->size) {
        output->buffer[output->length] = character;
    }
    output->length++;
}

static void put_many(struct output *output, char character, size_t count)
{
    while (count-- > 0) {
        put(output, character);
    }
}

/* A field: sign or 0x, then the body; padded to the width. Zeros go between the two, blanks outside. */
static void put_field(struct output *output, const struct conversion *conversion, const char *prefix, const char *body,
                      size_t body_length)
{
    size_t length = strlen(prefix) + body_length;
    size_t padding = conversion->width > length ? conversion->width - length : 0;
    bool zeros = conversion->zeros && !conversion->left;

    if (!conversion->left && !zeros) {
        put_many(output, ' ', padding);
    }
    while (*prefix != 0) {
        put(output, *prefix++);
    }
    if (zeros) {
        put_many(output, '0', padding);
    }
    for (size_t i = 0; i < body_length; i++) {
        put(output, body[i]);
    }
    if (conversion->left) {
        put_many(output, ' ', padding);
    }
}

static void put_number(struct output *output, const struct conversion *conversion, const char *prefix, uint64_t value,
                       unsigned base)
{
    char digits[DIGITS_MAX];
    size_t first = DIGITS_MAX;

    do {
        digits[--first] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    put_field(output, conversion, prefix, digits + first, DIGITS_MAX - first);
}

/* Reads a conversion that starts after the '%'; returns where the format goes on. */
static const char *read_conversion(const char *format, struct conversion *conversion)
{
    *conversion = (struct conversion){0};
    for (;; format++) {
        if (*format == '-') {
            conversion->left = true;
        } else if (*format == '0') {
            conversion->zeros = true;
        } else {
            break;
        }
    }
    for (; *format >= '0' && *format <= '9'; format++) {
        conversion->width = conversion->width * 10 + (unsigned)(*format - '0');
        if (conversion->width > WIDTH_MAX) {
            conversion->width = WIDTH_MAX;
        }
    }
    /* l, ll and z all mean 64 bits on x86-64. */
    for (; *format == 'l' || *format == 'z'; format++) {
        conversion->wide = true;
    }
    conversion->letter = *format;
    return *format == 0 ? format : format + 1;
}

static void put_signed(struct output *output, const struct conversion *conversion, int64_t value)
{
    bool negative = value < 0;
    uint64_t magnitude = negative ? 0 - (uint64_t)value : (uint64_t)value;

    put_number(output, conversion, negative ? "-" : "", magnitude, 10);
}

size_t format_text(char *buffer, size_t size, const char *format, va_list arguments)
{
    struct output output = {.buffer = buffer, .size = size};
    struct conversion conversion;

    while (*format != 0) {
        const char *start = format;

        if (*format++ != '%') {
            put(&output, *start);
            continue;
        }
        format = read_conversion(format, &conversion);
        switch (conversion.letter) {
        case 's': {
            const char *text = va_arg(arguments, const char *);

            text = text != NULL ? text : "(null)";
            conversion.zeros = false;
            put_field(&output, &conversion, "", text, strlen(text));
            break;
        }
        case 'c': {
            char character = (char)va_arg(arguments, int);

            conversion.zeros = false;
            put_field(&output, &conversion, "", &character, 1);
            break;
        }
        case 'd':
        case 'i':
            put_signed(&output, &conversion, conversion.wide ? va_arg(arguments, int64_t) : va_arg(arguments, int));
            break;
        case 'u':
        case 'x': {
            uint64_t value = conversion.wide ? va_arg(arguments, uint64_t) : va_arg(arguments, unsigned);

            put_number(&output, &conversion, "", value, conversion.letter == 'x' ? 16 : 10);
            break;
        }
        case 'p':
            put_number(&output, &conversion, "0x", (uintptr_t)va_arg(arguments, void *), 16);
            break;
        case '%':
            put(&output, '%');
            break;
        default:
            while (start < format) {
                put(&output, *start++);
            }
            break;
        }
    }
    if (size > 0) {
        buffer[output.length < size ? output.length : size - 1] = 0;
    }
    return output.length;
}

size_t format_line(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    length = format_text(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}
