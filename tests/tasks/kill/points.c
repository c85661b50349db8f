#include "tests/tasks/kill/points.h"

#include <quire/tap.h>
#include <quire/task.h>

/* Steele, Lea and Flood's SplitMix64: neighbouring seeds give numbers that have nothing to do with one another. */
static uint64_t mix(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

static uint64_t step_of(uint64_t length, uint64_t count)
{
    return length > count ? (length + count - 1) / count : 1;
}

/* How many instructions lie between two points behind the first part. */
static uint64_t step_beyond(uint64_t length, uint64_t whole)
{
    uint64_t affordable = 1 + POINTS_STEPS / length;

    return step_of(length - whole, affordable < POINTS_BEYOND ? affordable : POINTS_BEYOND);
}

struct points points_begin(uint64_t length, uint64_t salt, uint64_t whole)
{
    uint64_t count = start_option_number(start_page()->command_line, "count", POINTS_ALL);
    uint64_t random = mix(mix(tap_seed() + length) + salt);
    uint64_t step = count != 0 ? step_of(length, count) : length;

    if (count >= POINTS_ALL && length <= whole) {
        return (struct points){.next = 1, .whole = UINT64_MAX, .end = UINT64_MAX};
    }
    if (count >= POINTS_ALL) {
        return (struct points){.next = 1, .step = step_beyond(length, whole), .whole = whole, .end = length};
    }
    return (struct points){.next = 1 + random % step, .step = step, .end = length};
}

bool points_next(struct points *points, uint64_t *point)
{
    if (points->next > points->end) {
        return false;
    }
    *point = points->next;
    points->next += points->next < points->whole ? 1 : points->step;
    return true;
}

bool points_only(uint64_t *k, uint64_t *j)
{
    char buffer[48];
    const char *text = start_option(start_page()->command_line, "point", buffer, sizeof(buffer), "");
    uint64_t numbers[2] = {0, 0};
    uint32_t which = 0;

    for (const char *c = text; *c != 0; c++) {
        if (*c == ',' && which == 0) {
            which = 1;
        } else {
            numbers[which] = numbers[which] * 10 + (uint64_t)(*c - '0');
        }
    }
    *k = numbers[0];
    *j = numbers[1];
    return *text != 0;
}
