#include <quire/canvas.h>

#include <quire/start.h>
#include <string.h>

void canvas_initialise(struct canvas *canvas, const struct screen *screen, void *pixels, uint32_t height)
{
    *canvas = (struct canvas){
        .pixels = pixels,
        .pitch = screen->pitch,
        .width = screen->width,
        .height = height,
        .bytes = (screen->bits + 7u) / 8,
        .channels = {{screen->red_position, screen->red_size},
                     {screen->green_position, screen->green_size},
                     {screen->blue_position, screen->blue_size}},
    };
}

uint32_t canvas_pixel(const struct canvas *canvas, uint32_t colour)
{
    uint32_t pixel = 0;

    for (uint32_t k = 0; k < 3; k++) {
        uint32_t level = colour >> (16 - 8 * k) & 0xff;
        uint32_t size = canvas->channels[k].size;

        level = size > 8 ? level << (size - 8) : level >> (8 - size);
        pixel |= level << canvas->channels[k].position;
    }
    return pixel;
}

static uint8_t *place(const struct canvas *canvas, uint32_t x, uint32_t y)
{
    return canvas->pixels + (uint64_t)y * canvas->pitch + (uint64_t)x * canvas->bytes;
}

static inline uint8_t *put(uint8_t *at, uint32_t bytes, uint32_t pixel)
{
    if (bytes == 4) {
        memcpy(at, &pixel, 4);
    } else if (bytes == 2) {
        memcpy(at, &pixel, 2);
    } else {
        at[0] = (uint8_t)pixel;
        at[1] = (uint8_t)(pixel >> 8);
        at[2] = (uint8_t)(pixel >> 16);
    }
    return at + bytes;
}

static uint32_t clipped(uint32_t start, uint32_t length, uint32_t end)
{
    return start >= end ? 0 : length < end - start ? length : end - start;
}

void canvas_fill(const struct canvas *canvas, uint32_t x, uint32_t y, uint32_t width, uint32_t height, uint32_t colour)
{
    uint32_t pixel = canvas_pixel(canvas, colour);

    width = clipped(x, width, canvas->width);
    height = clipped(y, height, canvas->height);
    for (uint32_t row = 0; row < height; row++) {
        uint8_t *at = place(canvas, x, y + row);

        for (uint32_t k = 0; k < width; k++) {
            at = put(at, canvas->bytes, pixel);
        }
    }
}

/* The usual case, two pixels with each store. */
static void put_glyph_of_words(const struct canvas *canvas, uint8_t *at, const uint8_t *glyph, const uint32_t pixels[2])
{
    uint64_t pairs[4];

    for (uint32_t k = 0; k < 4; k++) {
        pairs[k] = pixels[k >> 1] | (uint64_t)pixels[k & 1] << 32;
    }
    for (uint32_t row = 0; row < FONT_HEIGHT; row++, at += canvas->pitch) {
        for (uint32_t k = 0; k < FONT_WIDTH / 2; k++) {
            memcpy(at + 8 * k, &pairs[glyph[row] >> (FONT_WIDTH - 2 - 2 * k) & 3], 8);
        }
    }
}

void canvas_glyph(const struct canvas *canvas, uint32_t x, uint32_t y, uint32_t scale, char character, uint32_t colour,
                  uint32_t background)
{
    const uint8_t *glyph = font_glyph(character);
    const uint32_t pixels[] = {canvas_pixel(canvas, background), canvas_pixel(canvas, colour)};

    if (clipped(x, FONT_WIDTH * scale, canvas->width) < FONT_WIDTH * scale ||
        clipped(y, FONT_HEIGHT * scale, canvas->height) < FONT_HEIGHT * scale) {
        return;
    }
    if (canvas->bytes == 4 && scale == 1) {
        put_glyph_of_words(canvas, place(canvas, x, y), glyph, pixels);
        return;
    }
    for (uint32_t row = 0; row < FONT_HEIGHT * scale; row++) {
        uint8_t *at = place(canvas, x, y + row);
        uint32_t bits = glyph[row / scale];

        for (uint32_t column = 0; column < FONT_WIDTH; column++) {
            uint32_t pixel = pixels[bits >> (FONT_WIDTH - 1 - column) & 1];

            for (uint32_t k = 0; k < scale; k++) {
                at = put(at, canvas->bytes, pixel);
            }
        }
    }
}

uint32_t canvas_text(const struct canvas *canvas, uint32_t x, uint32_t y, const char *text, uint32_t limit,
                     uint32_t colour, uint32_t background)
{
    for (uint32_t k = 0; k < limit && text[k] != 0; k++) {
        canvas_glyph(canvas, x, y, 1, text[k], colour, background);
        x += FONT_WIDTH;
    }
    return x;
}
