/* Options on command lines, word by word. */
#include "kernel/boot/options.h"
#include <stdbool.h>
#include <string.h>

struct word {
    const char *start;
    size_t length;
};

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

/* The next word; length 0 at the end of the line. *cursor moves behind it. */
static struct word next_word(const char **cursor)
{
    const char *start = *cursor;

    while (is_blank(*start))
        start++;
    const char *end = start;
    while (*end != 0 && !is_blank(*end))
        end++;
    *cursor = end;
    return (struct word){start, (size_t)(end - start)};
}

static bool word_is(struct word word, const char *text)
{
    return word.length == strlen(text) && memcmp(word.start, text, word.length) == 0;
}

/* Whether the word is KEY=..., and the value, which may be empty. */
static bool word_value(struct word word, const char *key, struct word *value)
{
    size_t length = strlen(key);

    if (word.length <= length || memcmp(word.start, key, length) != 0 || word.start[length] != '=')
        return false;
    *value = (struct word){word.start + length + 1, word.length - length - 1};
    return true;
}

static bool word_copy(struct word word, char *buffer, size_t size)
{
    if (word.length >= size)
        return false;
    memcpy(buffer, word.start, word.length);
    buffer[word.length] = 0;
    return true;
}

const char *option_name(const char *line, char *buffer, size_t size)
{
    struct word word = next_word(&line);

    if (word.length >= size)
        word.length = size - 1;
    return word_copy(word, buffer, size) ? line : NULL;
}

enum option_state option_find(const char *line, const char *key, char *buffer, size_t size)
{
    struct word found = {NULL, 0};

    for (struct word word = next_word(&line); word.length > 0 && !word_is(word, "--"); word = next_word(&line)) {
        struct word value = {word.start + word.length, 0};
        if (word_is(word, key) || word_value(word, key, &value))
            found = value;
    }
    if (found.start == NULL)
        return OPTION_ABSENT;
    return word_copy(found, buffer, size) ? OPTION_FOUND : OPTION_TOO_LONG;
}

enum error option_number(const char *text, uint64_t maximum, uint64_t *out)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    uint64_t radix = hexadecimal ? 16 : 10;
    uint64_t value = 0;
    bool too_large = false;

    text += hexadecimal ? 2 : 0;
    if (*text == 0)
        return ERROR_BAD_ARGUMENT;
    for (; *text != 0; text++) {
        const char *found = memchr(digits, *text, hexadecimal ? sizeof(digits) - 1 : 10);
        if (found == NULL)
            return ERROR_BAD_ARGUMENT;
        uint64_t digit = (uint64_t)(found - digits);
        digit -= digit < 16 ? 0 : 6; /* capitals count as the small letters do */
        too_large |= value > (UINT64_MAX - digit) / radix;
        value = value * radix + digit;
    }
    if (too_large || value > maximum)
        return ERROR_OUT_OF_BOUND;
    *out = value;
    return ERROR_NONE;
}
