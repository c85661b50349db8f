#include "servers/shell/things.h"

#include <quire/format.h>
#include <quire/option_words.h>
#include <stddef.h>
#include <string.h>

static struct thing things[THINGS_MAX];
static uint32_t used;

must_use outcome things_room(uint32_t count)
{
    return count <= THINGS_MAX - used ? ERROR_NONE : (outcome)SHELL_ERROR_MANY_NAMES;
}

struct thing *thing_numbered(enum thing_sort sort, uint32_t number)
{
    for (uint32_t k = 0; k < THINGS_MAX; k++) {
        if (things[k].sort == sort && things[k].number == number) {
            return &things[k];
        }
    }
    return NULL;
}

/* The first number from `number` on that nothing of the sort has. */
static uint32_t free_number(enum thing_sort sort, uint32_t number)
{
    uint64_t taken[THINGS_MAX / 64 + 1] = {0};

    for (uint32_t k = 0; k < THINGS_MAX; k++) { /* no more than THINGS_MAX have one: a greater number is not needed */
        if (things[k].sort == sort && things[k].number <= THINGS_MAX) {
            taken[things[k].number / 64] |= UINT64_C(1) << things[k].number % 64;
        }
    }
    while ((taken[number / 64] >> number % 64 & 1) != 0) {
        number++;
    }
    return number;
}

static struct thing *put(enum thing_sort sort, uint32_t number, handle value, uint32_t count)
{
    struct thing *thing = things;

    while (thing->sort != THING_NONE) {
        thing++;
    }
    *thing = (struct thing){.sort = sort, .number = number, .value = value, .count = count};
    used++;
    return thing;
}

struct thing *thing_add(enum thing_sort sort, handle value, uint32_t count)
{
    return put(sort, free_number(sort, 1), value, count);
}

struct thing *things_add_run(enum thing_sort sort, handle first, uint32_t count)
{
    struct thing *result = NULL;
    uint32_t number = 0;

    for (uint32_t k = 0; k < count; k++) {
        number = free_number(sort, number + 1);
        struct thing *thing = put(sort, number, handle_of_run(first, k), 1);
        result = result == NULL ? thing : result;
    }
    return result;
}

void thing_remove(struct thing *thing)
{
    *thing = (struct thing){0};
    used--;
}

const char *thing_name(const struct thing *thing, char buffer[THING_NAME])
{
    format_line(buffer, THING_NAME, "%c%u", (char)thing->sort, thing->number);
    return buffer;
}

static bool is_sort(char letter)
{
    return letter == THING_FRAME || letter == THING_SEGMENT || letter == THING_LIST || letter == THING_ENDPOINT ||
           letter == THING_TASK;
}

/* A letter and a number without leading zeros, as long as `length` says. */
static bool read_name(const char *text, size_t length, enum thing_sort *sort, uint32_t *number)
{
    char digits[THING_NAME];
    uint64_t value;

    if (length < 2 || length > sizeof(digits) || !is_sort(text[0]) || text[1] == '0') {
        return false;
    }
    memcpy(digits, text + 1, length - 1);
    digits[length - 1] = 0;
    if (option_number(digits, UINT32_MAX, &value) != ERROR_NONE) {
        return false;
    }
    *sort = (enum thing_sort)text[0];
    *number = (uint32_t)value;
    return true;
}

struct thing *thing_find(const char *name)
{
    enum thing_sort sort;
    uint32_t number;

    return read_name(name, strlen(name), &sort, &number) ? thing_numbered(sort, number) : NULL;
}

struct thing *thing_with(uint32_t index)
{
    for (uint32_t k = 0; k < THINGS_MAX; k++) {
        uint32_t first = handle_index(things[k].value);

        if (things[k].sort != THING_NONE && index >= first && index - first < things[k].count) {
            return &things[k];
        }
    }
    return NULL;
}

struct thing *thing_next(uint32_t *place)
{
    while (*place < THINGS_MAX) {
        struct thing *thing = &things[(*place)++];

        if (thing->sort != THING_NONE) {
            return thing;
        }
    }
    return NULL;
}

uint32_t things_count(void)
{
    return used;
}

must_use outcome things_range(const char *word, bool *is_range, enum thing_sort *sort, uint32_t *first, uint32_t *last)
{
    const char *dash = strchr(word, '-');
    enum thing_sort other;

    *is_range = dash != NULL && dash != word;
    if (!*is_range) {
        return ERROR_NONE;
    }
    if (!read_name(word, (size_t)(dash - word), sort, first) || !read_name(dash + 1, strlen(dash + 1), &other, last) ||
        other != *sort || *first > *last || *last - *first >= THINGS_MAX) {
        return SHELL_ERROR_BAD_RANGE;
    }
    return ERROR_NONE;
}
