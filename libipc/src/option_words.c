#include <quire/option_words.h>

#include <string.h>

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

struct option_word option_next_word(const char **cursor)
{
    const char *start = *cursor;

    while (is_blank(*start)) {
        start++;
    }
    const char *end = start;
    while (*end != 0 && !is_blank(*end)) {
        end++;
    }
    *cursor = end;
    return (struct option_word){start, (size_t)(end - start)};
}

struct option_word option_rest(const char *cursor)
{
    while (is_blank(*cursor)) {
        cursor++;
    }
    return (struct option_word){cursor, strlen(cursor)};
}

bool option_word_is(struct option_word word, const char *text)
{
    return word.length == strlen(text) && memcmp(word.start, text, word.length) == 0;
}

bool option_word_value(struct option_word word, const char *key, struct option_word *value)
{
    size_t length = strlen(key);

    if (word.length <= length || memcmp(word.start, key, length) != 0 || word.start[length] != '=') {
        return false;
    }
    *value = (struct option_word){word.start + length + 1, word.length - length - 1};
    return true;
}

bool option_word_copy(struct option_word word, char *buffer, size_t size)
{
    if (word.length >= size) {
        return false;
    }
    memcpy(buffer, word.start, word.length);
    buffer[word.length] = 0;
    return true;
}

enum option_state option_find(const char *line, const char *key, char *buffer, size_t size)
{
    struct option_word found = {NULL, 0};

    for (;;) {
        struct option_word word = option_next_word(&line);
        struct option_word value = {word.start + word.length, 0};

        if (word.length == 0 || option_word_is(word, "--")) {
            break;
        }
        if (option_word_is(word, key) || option_word_value(word, key, &value)) {
            found = value;
        }
    }
    if (found.start == NULL) {
        return OPTION_ABSENT;
    }
    return option_word_copy(found, buffer, size) ? OPTION_FOUND : OPTION_TOO_LONG;
}

must_use enum error option_number(const char *text, uint64_t maximum, uint64_t *out)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    uint64_t radix = hexadecimal ? 16 : 10;
    uint64_t value = 0;
    bool too_large = false;

    text += hexadecimal ? 2 : 0;
    if (*text == 0) {
        return ERROR_BAD_ARGUMENT;
    }
    for (; *text != 0; text++) {
        const char *found = memchr(digits, *text, hexadecimal ? sizeof(digits) - 1 : 10);

        if (found == NULL) {
            return ERROR_BAD_ARGUMENT;
        }
        uint64_t digit = (uint64_t)(found - digits);
        digit -= digit < 16 ? 0 : 6; /* capitals count as the small letters do */
        too_large |= value > (UINT64_MAX - digit) / radix;
        value = value * radix + digit;
    }
    if (too_large || value > maximum) {
        return ERROR_OUT_OF_BOUND;
    }
    *out = value;
    return ERROR_NONE;
}
