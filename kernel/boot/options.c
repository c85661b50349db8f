/* Options on command lines, word by word. */
#include "kernel/boot/options.h"
#include <quire/abi.h>
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

    while (is_blank(*start)) {
        start++;
    }
    const char *end = start;
    while (*end != 0 && !is_blank(*end)) {
        end++;
    }
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

    if (word.length <= length || memcmp(word.start, key, length) != 0 || word.start[length] != '=') {
        return false;
    }
    *value = (struct word){word.start + length + 1, word.length - length - 1};
    return true;
}

static bool word_copy(struct word word, char *buffer, size_t size)
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
    struct word found = {NULL, 0};

    for (struct word word = next_word(&line); word.length > 0 && !word_is(word, "--"); word = next_word(&line)) {
        struct word value = {word.start + word.length, 0};
        if (word_is(word, key) || word_value(word, key, &value)) {
            found = value;
        }
    }
    if (found.start == NULL) {
        return OPTION_ABSENT;
    }
    return word_copy(found, buffer, size) ? OPTION_FOUND : OPTION_TOO_LONG;
}

/* The digit's value, or 16 for what is no digit. */
static uint64_t digit_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return (uint64_t)(digit - '0');
    }
    if (digit >= 'a' && digit <= 'f') {
        return (uint64_t)(digit - 'a') + 10;
    }
    if (digit >= 'A' && digit <= 'F') {
        return (uint64_t)(digit - 'A') + 10;
    }
    return 16;
}

enum error option_number(const char *text, uint64_t maximum, uint64_t *out)
{
    uint64_t radix = 10;
    uint64_t value = 0;
    bool too_large = false;

    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        radix = 16;
        text += 2;
    }
    if (*text == 0) {
        return ERROR_BAD_ARGUMENT;
    }
    for (; *text != 0; text++) {
        uint64_t digit = digit_value(*text);
        if (digit >= radix) {
            return ERROR_BAD_ARGUMENT;
        }
        too_large |= value > (UINT64_MAX - digit) / radix;
        value = value * radix + digit;
    }
    if (too_large || value > maximum) {
        return ERROR_OUT_OF_BOUND;
    }
    *out = value;
    return ERROR_NONE;
}

static bool add_endpoint(struct module_options *out, struct word name, uint32_t right)
{
    if (out->endpoint_count == OPTION_ENDPOINTS || name.length == 0 || word_is(name, FRAME_SERVER_NAME)) {
        return false;
    }
    struct module_endpoint *endpoint = &out->endpoints[out->endpoint_count];
    if (!word_copy(name, endpoint->name, sizeof(endpoint->name))) {
        return false;
    }
    endpoint->right = right;
    out->endpoint_count++;
    return true;
}

static bool set_priority(struct module_options *out, struct word text)
{
    char digits[sizeof("0xffffffff")];
    uint64_t priority;

    if (!word_copy(text, digits, sizeof(digits)) ||
        option_number(digits, OPTION_PRIORITY_MAX, &priority) != ERROR_NONE) {
        return false;
    }
    out->priority = (uint32_t)priority;
    return true;
}

/* The service right of that name, or 0. */
static uint32_t service_right_of(struct word word)
{
#define SERVICE_RIGHT(bit, NAME, name, text)                                                                           \
    if (word_is(word, name)) {                                                                                         \
        return SERVICE_RIGHT_##NAME;                                                                                   \
    }
#include <quire/service_rights.def>
#undef SERVICE_RIGHT
    return 0;
}

/* Enters one option; false when there is no such option or its value is bad. */
static bool set_option(struct module_options *out, struct word word)
{
    struct word value;

    if (word_is(word, "server")) {
        out->server = true;
    } else if (word_is(word, "verdict")) {
        out->verdict = true;
    } else if (word_is(word, "nofpu")) {
        out->no_fpu = true;
    } else if (word_value(word, "priority", &value)) {
        return set_priority(out, value);
    } else if (word_value(word, "call", &value)) {
        return add_endpoint(out, value, RIGHT_CALL);
    } else if (word_value(word, "receive", &value)) {
        return add_endpoint(out, value, RIGHT_RECEIVE);
    } else {
        uint32_t right = service_right_of(word);
        out->rights |= right;
        return right != 0;
    }
    return true;
}

static enum error refuse(struct module_options *out, struct word word)
{
    memset(out, 0, sizeof(*out));
    if (word.length >= sizeof(out->offending)) {
        word.length = sizeof(out->offending) - 1;
    }
    memcpy(out->offending, word.start, word.length);
    return ERROR_BAD_OPTION;
}

enum error module_options_parse(const char *line, struct module_options *out)
{
    memset(out, 0, sizeof(*out));
    out->priority = OPTION_PRIORITY_DEFAULT;

    struct word word = next_word(&line);
    if (word.length == 0 || word_is(word, "--") || memchr(word.start, '=', word.length) != NULL ||
        !word_copy(word, out->name, sizeof(out->name))) {
        return refuse(out, word);
    }
    for (word = next_word(&line); word.length > 0; word = next_word(&line)) {
        if (word_is(word, "--")) {
            while (is_blank(*line)) {
                line++;
            }
            if (!word_copy((struct word){line, strlen(line)}, out->arguments, sizeof(out->arguments))) {
                return refuse(out, word);
            }
            break;
        }
        if (!set_option(out, word)) {
            return refuse(out, word);
        }
    }
    return ERROR_NONE;
}
