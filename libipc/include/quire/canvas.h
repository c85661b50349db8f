/* Drawing on memory that holds pixels: rectangles and text. Everything is clipped; colours are 0xrrggbb whatever the pixels
 * are made of. Nothing is ever read back: video memory is slow to read. */
#ifndef QUIRE_CANVAS_H
#define QUIRE_CANVAS_H

#include <quire/font.h>
#include <stdint.h>

struct screen;

struct canvas {
    uint8_t *pixels; /* the upper left one */
    uint32_t pitch;  /* bytes from a row to the next */
    uint32_t width;  /* pixels */
    uint32_t height;
    uint32_t bytes; /* of a pixel: 2 to 4, lowest first */
    struct {
        uint8_t position; /* in bits, from the lowest */
        uint8_t size;
    } channels[3]; /* red, green, blue */
};

/* A canvas of the same kind of pixels as a screen's. */
void canvas_initialise(struct canvas *canvas, const struct screen *screen, void *pixels, uint32_t height);

/* The pixel of a colour. */
uint32_t canvas_pixel(const struct canvas *canvas, uint32_t colour);

void canvas_fill(const struct canvas *canvas, uint32_t x, uint32_t y, uint32_t width, uint32_t height, uint32_t colour);

/* Draws a character in a box of FONT_WIDTH x FONT_HEIGHT, each of its pixels as a square of `scale` pixels. One that does not fit is
 * left out. */
void canvas_glyph(const struct canvas *canvas, uint32_t x, uint32_t y, uint32_t scale, char character, uint32_t colour,
                  uint32_t background);

/* Draws characters one beside the other, up to the text's end or `limit` of them. Returns where the next one would stand. */
uint32_t canvas_text(const struct canvas *canvas, uint32_t x, uint32_t y, const char *text, uint32_t limit,
                     uint32_t colour, uint32_t background);

#endif
