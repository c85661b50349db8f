/* Words `key=value` of a command line. */
#include <quire/task.h>
#include <stdbool.h>
#include <string.h>

/* Where the value of a key starts, the last one if there are several, or NULL. */
static const char *find_value(const char *line, const char *key)
{
    size_t length = strlen(key);
    const char *value = NULL;

    for (bool word_start = true; *line != 0; line++) {
        if (word_start && strncmp(line, key, length) == 0 && line[length] == '=') {
            value = line + length + 1;
        }
        word_start = *line == ' ';
    }
    return value;
}

const char *start_option(const char *line, const char *key, char *buffer, size_t size, const char *otherwise)
{
    const char *value = find_value(line, key);
    size_t length = 0;

    if (value == NULL || size == 0) {
        return otherwise;
    }
    while (value[length] != 0 && value[length] != ' ' && length + 1 < size) {
        buffer[length] = value[length];
        length++;
    }
    buffer[length] = 0;
    return buffer;
}

uint64_t start_option_number(const char *line, const char *key, uint64_t otherwise)
{
    const char *value = find_value(line, key);
    uint64_t number = 0;

    if (value == NULL || *value == 0 || *value == ' ') {
        return otherwise;
    }
    for (; *value != 0 && *value != ' '; value++) {
        if (*value < '0' || *value > '9' || number > (UINT64_MAX - (uint64_t)(*value - '0')) / 10) {
            return otherwise;
        }
        number = number * 10 + (uint64_t)(*value - '0');
    }
    return number;
}
