#include "servers/framemap/colours.h"

#include <stddef.h>

/* On a dark background, neighbours far apart in hue; none is grey, as set-aside memory is. */
static const uint32_t client_colours[] = {
    0x4cc9f0, 0xf94892, 0xf9c74f, 0x7ecb5f, 0xf3722c, 0x9d7dff, 0x2fbf9f, 0xff9bb0,
    0x4f8ff7, 0xcddc39, 0xc98b5b, 0xd9a6ff, 0xe84545, 0x8ce0c8, 0xb5a642, 0x6a7cff,
};

static const uint32_t plain_colours[SORT_CLIENT] = {
    [SORT_FREE] = 0x1d2632,     [SORT_HOLE] = 0x32243a,     [SORT_KERNEL] = 0xe6e9ef, [SORT_EARLY] = 0x98a3b5,
    [SORT_METADATA] = 0x56657d, [SORT_UNUSABLE] = 0x5d4a66, [SORT_DEVICE] = 0x17424a,
};

uint32_t colour_of_sort(uint16_t sort)
{
    uint32_t place = (sort - SORT_CLIENT) / USES;

    return sort < SORT_CLIENT ? plain_colours[sort]
                              : client_colours[place % (sizeof(client_colours) / sizeof(client_colours[0]))];
}

uint32_t colour_mix(uint32_t colour, uint32_t other, uint32_t part)
{
    uint32_t mixed = 0;

    for (uint32_t shift = 0; shift < 24; shift += 8) {
        uint32_t level = (colour >> shift & 0xff) * part + (other >> shift & 0xff) * (255 - part);

        mixed |= level / 255 << shift;
    }
    return mixed;
}

uint32_t colour_of_pattern(uint32_t colour)
{
    return colour_mix(colour, COLOUR_BACKGROUND, 150);
}

bool pattern_has(uint16_t sort, uint32_t x, uint32_t y)
{
    if (sort == SORT_HOLE) {
        return (x + y) % 4 == 0;
    }
    if (sort < SORT_CLIENT) {
        return false;
    }
    switch ((sort - SORT_CLIENT) % USES) {
    case USE_LISTED:
        return (x + y) % 3 == 0;
    case USE_PAGE_TABLE:
        return y % 2 == 1;
    case USE_HANDLE_TABLE:
        return x % 2 == 1;
    case USE_TASK:
        return x % 3 == 1 && y % 3 == 1;
    case USE_ENDPOINT:
        return (x ^ y) & 1;
    default:
        return false;
    }
}
