/* A bitmap font for screens: ASCII, and a box for all else. */
#ifndef QUIRE_FONT_H
#define QUIRE_FONT_H

#include <stdint.h>

#define FONT_WIDTH 8
#define FONT_HEIGHT 16
#define FONT_FIRST ' '
#define FONT_GLYPHS 96 /* ' ' to '~', and the box */

/* Rows from the top; the highest bit is the leftmost pixel. */
extern const uint8_t font_glyphs[FONT_GLYPHS][FONT_HEIGHT];

static inline const uint8_t *font_glyph(char character)
{
    uint32_t index = (uint8_t)character - (uint32_t)FONT_FIRST;

    return font_glyphs[index < FONT_GLYPHS ? index : FONT_GLYPHS - 1];
}

#endif
