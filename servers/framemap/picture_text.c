#include "servers/framemap/picture_text.h"

#include <quire/format.h>

#define KIB_OF_FRAME 4

void number_text(char text[NUMBER_TEXT], uint64_t number)
{
    char digits[NUMBER_TEXT];
    size_t length = format_line(digits, sizeof(digits), "%lu", number);
    size_t written = 0;

    for (size_t k = 0; k < length; k++) {
        if (k > 0 && (length - k) % 3 == 0) {
            text[written++] = ',';
        }
        text[written++] = digits[k];
    }
    text[written] = 0;
}

void size_text(char text[SIZE_TEXT], uint64_t frames)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
    uint64_t tenths = frames * KIB_OF_FRAME * 10;
    uint32_t unit = 0;

    while (tenths >= 10240 && unit < 3) {
        tenths /= 1024;
        unit++;
    }
    if (unit == 0) {
        format_line(text, SIZE_TEXT, "%lu %s", tenths / 10, units[unit]);
    } else {
        format_line(text, SIZE_TEXT, "%lu.%lu %s", tenths / 10, tenths % 10, units[unit]);
    }
}

void address_text(char text[SIZE_TEXT], uint64_t frame)
{
    uint64_t kib = frame * KIB_OF_FRAME;
    uint64_t gib_tenths = kib * 10 >> 20;

    if (kib == 0) {
        format_line(text, SIZE_TEXT, "0");
    } else if (kib < 1024) {
        format_line(text, SIZE_TEXT, "%luK", kib);
    } else if (gib_tenths < 10) {
        format_line(text, SIZE_TEXT, "%luM", kib >> 10);
    } else {
        format_line(text, SIZE_TEXT, "%lu.%luG", gib_tenths / 10, gib_tenths % 10);
    }
}
