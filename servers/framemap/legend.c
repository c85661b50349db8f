#include "servers/framemap/legend.h"

#include "servers/framemap/colours.h"
#include <string.h>

#define SWATCH 11
#define LINE 18
#define SPACE 10 /* between two entries */

static const struct {
    const char *text;
    uint16_t sort;
} entries[] = {
    {"free", SORT_FREE},
    {"kernel", SORT_KERNEL},
    {"boot", SORT_EARLY},
    {"metadata", SORT_METADATA},
    {"unusable", SORT_UNUSABLE},
    {"hole", SORT_HOLE},
    {"device", SORT_DEVICE},
    {"memory", SORT_CLIENT + USE_MEMORY},
    {"list", SORT_CLIENT + USE_LISTED},
    {"page table", SORT_CLIENT + USE_PAGE_TABLE},
    {"handles", SORT_CLIENT + USE_HANDLE_TABLE},
    {"task", SORT_CLIENT + USE_TASK},
    {"endpoint", SORT_CLIENT + USE_ENDPOINT},
};
#define ENTRIES (sizeof(entries) / sizeof(entries[0]))

static void draw_entry(const struct canvas *canvas, uint32_t x, uint32_t y, uint32_t index)
{
    uint32_t colour = colour_of_sort(entries[index].sort);

    canvas_fill(canvas, x, y + 3, SWATCH, SWATCH, colour);
    for (uint32_t k = 0; k < SWATCH * SWATCH; k++) {
        if (pattern_has(entries[index].sort, k % SWATCH, k / SWATCH)) {
            canvas_fill(canvas, x + k % SWATCH, y + 3 + k / SWATCH, 1, 1, colour_of_pattern(colour));
        }
    }
    canvas_text(canvas, x + SWATCH + 5, y, entries[index].text, UINT32_MAX, COLOUR_DIM, COLOUR_BACKGROUND);
}

/* Goes through the entries; draws them unless canvas is NULL. Returns the height. */
static uint32_t flow(const struct canvas *canvas, uint32_t left, uint32_t y, uint32_t width)
{
    uint32_t x = 0;
    uint32_t top = 0;

    for (uint32_t k = 0; k < ENTRIES; k++) {
        uint32_t length = SWATCH + 5 + (uint32_t)strlen(entries[k].text) * FONT_WIDTH;

        if (x > 0 && x + length > width) {
            x = 0;
            top += LINE;
        }
        if (canvas != NULL) {
            draw_entry(canvas, left + x, y + top, k);
        }
        x += length + SPACE;
    }
    return top + LINE;
}

uint32_t legend_height(uint32_t width)
{
    return flow(NULL, 0, 0, width);
}

void legend_draw(const struct canvas *canvas, uint32_t x, uint32_t y, uint32_t width)
{
    (void)flow(canvas, x, y, width);
}
