/* Drawing on memory of any kind of pixels: the same picture on all, and nothing beside it. */
#include "tests/host/run_tests.h"
#include <quire/canvas.h>
#include <quire/start.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 40
#define HEIGHT 40
#define BACKGROUND 0x102030
#define COLOUR 0xf8fcf8

static const struct screen kinds[] = {
    {.bits = 15, .red_position = 10, .red_size = 5, .green_position = 5, .green_size = 5, .blue_size = 5},
    {.bits = 16, .red_position = 11, .red_size = 5, .green_position = 5, .green_size = 6, .blue_size = 5},
    {.bits = 24, .red_position = 16, .red_size = 8, .green_position = 8, .green_size = 8, .blue_size = 8},
    {.bits = 32, .red_position = 16, .red_size = 8, .green_position = 8, .green_size = 8, .blue_size = 8},
    {.bits = 32, .red_size = 8, .green_position = 8, .green_size = 8, .blue_position = 16, .blue_size = 8},
    {.bits = 32, .red_position = 20, .red_size = 10, .green_position = 10, .green_size = 10, .blue_size = 10},
};
#define KINDS_OF_PIXELS (sizeof(kinds) / sizeof(kinds[0]))

static struct canvas canvas;
static uint8_t *memory;
static uint32_t pitch;

/* Memory of exactly the size of the screen, with a gap behind each row. */
static void start(uint32_t kind)
{
    struct screen screen = kinds[kind];

    pitch = WIDTH * ((screen.bits + 7u) / 8) + 6;
    screen.pitch = pitch;
    screen.width = WIDTH;
    screen.height = HEIGHT;
    memory = malloc((size_t)pitch * HEIGHT);
    memset(memory, 0xaa, (size_t)pitch * HEIGHT);
    canvas_initialise(&canvas, &screen, memory, HEIGHT);
}

static uint32_t pixel(uint32_t x, uint32_t y)
{
    uint32_t value = 0;

    memcpy(&value, memory + y * pitch + x * canvas.bytes, canvas.bytes);
    return value;
}

static void end(void)
{
    for (uint32_t y = 0; y < HEIGHT; y++)
        for (uint32_t k = WIDTH * canvas.bytes; k < pitch; k++)
            ck_assert_uint_eq(memory[y * pitch + k], 0xaa);
    free(memory);
}

START_TEST(glyphs)
{
    static const uint32_t places[][2] = {{0, 0}, {1, 3}, {WIDTH - FONT_WIDTH, HEIGHT - FONT_HEIGHT}};

    for (uint32_t kind = 0; kind < KINDS_OF_PIXELS; kind++) {
        for (uint32_t at = 0; at < 3; at++) {
            for (int character = 0; character < 256; character++) {
                uint32_t x = places[at][0];
                uint32_t y = places[at][1];
                start(kind);
                canvas_fill(&canvas, 0, 0, WIDTH, HEIGHT, 0);
                canvas_glyph(&canvas, x, y, 1, (char)character, COLOUR, BACKGROUND);
                const uint8_t *glyph = font_glyph((char)character);
                for (uint32_t k = 0; k < WIDTH * HEIGHT; k++) {
                    uint32_t column = k % WIDTH - x;
                    uint32_t row = k / WIDTH - y;
                    bool inside = column < FONT_WIDTH && row < FONT_HEIGHT;
                    bool set = inside && (glyph[row] >> (FONT_WIDTH - 1 - column) & 1);
                    uint32_t colour = !inside ? 0 : set ? COLOUR : BACKGROUND;
                    if (pixel(k % WIDTH, k / WIDTH) != canvas_pixel(&canvas, colour))
                        ck_abort_msg("kind %u, character %d, pixel %u, %u", kind, character, k % WIDTH, k / WIDTH);
                }
                end();
            }
        }
    }
}
END_TEST

/* What does not fit is left out, or cut. */
START_TEST(clipped)
{
    for (uint32_t kind = 0; kind < KINDS_OF_PIXELS; kind++) {
        start(kind);
        canvas_fill(&canvas, 0, 0, UINT32_MAX, UINT32_MAX, BACKGROUND);
        canvas_glyph(&canvas, WIDTH - FONT_WIDTH + 1, 0, 1, '#', COLOUR, COLOUR);
        canvas_glyph(&canvas, 0, HEIGHT - FONT_HEIGHT + 1, 1, '#', COLOUR, COLOUR);
        canvas_glyph(&canvas, UINT32_MAX, UINT32_MAX, 1, '#', COLOUR, COLOUR);
        canvas_glyph(&canvas, 0, 0, 6, '#', COLOUR, COLOUR);
        canvas_fill(&canvas, WIDTH, 0, 5, 5, COLOUR);
        canvas_fill(&canvas, 0, HEIGHT, 5, 5, COLOUR);
        for (uint32_t k = 0; k < WIDTH * HEIGHT; k++)
            ck_assert_uint_eq(pixel(k % WIDTH, k / WIDTH), canvas_pixel(&canvas, BACKGROUND));
        end();
    }
}
END_TEST

START_TEST(text)
{
    start(3);
    ck_assert_uint_eq(canvas_text(&canvas, 2, 0, "abc", 2, COLOUR, BACKGROUND), 2 + 2 * FONT_WIDTH);
    ck_assert_uint_eq(canvas_text(&canvas, 2, 0, "abc", 9, COLOUR, BACKGROUND), 2 + 3 * FONT_WIDTH);
    ck_assert_uint_eq(canvas_text(&canvas, 2, 0, "", 9, COLOUR, BACKGROUND), 2);
    end();
}
END_TEST

RUN_TESTS("canvas", glyphs, clipped, text)
