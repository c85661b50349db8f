/* What the picture looks like: colours, and the pattern of each use. */
#ifndef SERVERS_FRAMEMAP_COLOURS_H
#define SERVERS_FRAMEMAP_COLOURS_H

#include "servers/framemap/cells.h"

#define COLOUR_BACKGROUND 0x0d1117
#define COLOUR_PANEL 0x161c26
#define COLOUR_LINE 0x2a3342
#define COLOUR_TEXT 0xdfe5ee
#define COLOUR_DIM 0x8590a2
#define COLOUR_HOT 0xffffff

/* The colour of a sort of frames; clients' are distinct as far as there are colours. */
uint32_t colour_of_sort(uint16_t sort);

/* The colour that a use's pattern is drawn with on a client's colour. */
uint32_t colour_of_pattern(uint32_t colour);

/* Whether a pixel of a cell, counted from its upper left corner, belongs to the pattern of a sort. */
bool pattern_has(uint16_t sort, uint32_t x, uint32_t y);

/* So many parts of 255 of one colour, the rest of another. */
uint32_t colour_mix(uint32_t colour, uint32_t other, uint32_t part);

#endif
