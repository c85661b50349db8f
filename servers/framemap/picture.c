#include "servers/framemap/picture.h"

#include "servers/framemap/colours.h"
#include "servers/framemap/legend.h"
#include "servers/framemap/picture_text.h"
#include <quire/format.h>
#include <string.h>

#define MARGIN 12
#define TITLE_HEIGHT 40
#define GUTTER 48       /* six characters */
#define GUTTER_STEP 48  /* pixels between two addresses */
#define PANEL_WIDTH 272 /* 34 characters */
#define PANEL_SMALL 216
#define WIDE 800        /* canvases less wide get the small panel */
#define CELL_SMALLEST 6 /* pixels a side, with the gap */
#define CELL_LARGEST 24
#define COLUMNS_STEP 16 /* rows of so many cells begin at round addresses */
#define GAP 1

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Sets the size of cells so that `count` of them fill the map; false: they would be too small. */
static bool fit(struct picture *picture, uint32_t count)
{
    uint32_t best = 0;

    for (uint32_t columns = COLUMNS_STEP; columns <= picture->map.width / CELL_SMALLEST; columns += COLUMNS_STEP) {
        uint32_t width = smaller(picture->map.width / columns, CELL_LARGEST);
        uint32_t rows = (count + columns - 1) / columns;
        uint32_t height = rows == 0 ? 0 : smaller(picture->map.height / rows, width + width / 2);

        if (height < CELL_SMALLEST || width > height + height / 2) {
            continue;
        }
        if (columns * width * rows * height > best) {
            best = columns * width * rows * height;
            picture->columns = columns;
            picture->rows = rows;
            picture->cell_width = width;
            picture->cell_height = height;
        }
    }
    return best > 0;
}

static void draw_title(const struct picture *picture, const struct layout *layout)
{
    const struct canvas *canvas = &picture->canvas;
    char size[SIZE_TEXT];
    char text[48];
    uint32_t x = MARGIN;

    for (const char *next = "Quire"; *next != 0; next++) {
        canvas_glyph(canvas, x, 4, 2, *next, COLOUR_TEXT, COLOUR_BACKGROUND);
        x += 2 * FONT_WIDTH;
    }
    canvas_text(canvas, x + 2 * FONT_WIDTH, 15, "physical memory: who has what, now", 40, COLOUR_DIM,
                COLOUR_BACKGROUND);
    size_text(size, layout->block);
    uint32_t length = (uint32_t)format_line(text, sizeof(text), "a cell is %s", size);
    canvas_text(canvas, canvas->width - MARGIN - length * FONT_WIDTH, 15, text, length, COLOUR_DIM, COLOUR_BACKGROUND);
}

static void draw_addresses(const struct picture *picture, const struct layout *layout)
{
    uint32_t step = (GUTTER_STEP + picture->cell_height - 1) / picture->cell_height;

    for (uint32_t row = 0; row < picture->rows; row += step) {
        char text[SIZE_TEXT];

        address_text(text, layout_frame(layout, row * picture->columns));
        uint32_t width = (uint32_t)strlen(text) * FONT_WIDTH;
        canvas_text(&picture->canvas, picture->map.x - FONT_WIDTH - smaller(width, GUTTER - FONT_WIDTH),
                    picture->map.y + row * picture->cell_height, text, SIZE_TEXT, COLOUR_DIM, COLOUR_BACKGROUND);
    }
}

bool picture_start(struct picture *picture, const struct canvas *canvas, struct layout *layout)
{
    uint32_t legend = legend_height(canvas->width - 2 * MARGIN);
    uint32_t panel = canvas->width < WIDE ? PANEL_SMALL : PANEL_WIDTH;
    uint64_t block = 1;

    if (canvas->width < 2 * PANEL_SMALL || canvas->height < TITLE_HEIGHT + legend + 3 * MARGIN + 8 * CELL_SMALLEST) {
        return false;
    }
    memset(picture, 0, sizeof(*picture));
    picture->canvas = *canvas;
    picture->map = (struct box){.x = MARGIN + GUTTER,
                                .y = TITLE_HEIGHT,
                                .width = canvas->width - 3 * MARGIN - GUTTER - panel,
                                .height = canvas->height - TITLE_HEIGHT - legend - 2 * MARGIN};
    picture->panel = (struct box){canvas->width - MARGIN - panel, TITLE_HEIGHT, panel, picture->map.height};
    while (layout_place(layout, block) > CELLS_MAX || !fit(picture, layout->cells)) {
        block *= 2;
        if (block > UINT64_C(1) << 40) {
            return false;
        }
    }
    canvas_fill(canvas, 0, 0, canvas->width, canvas->height, COLOUR_BACKGROUND);
    canvas_fill(canvas, picture->panel.x, picture->panel.y, panel, picture->panel.height, COLOUR_PANEL);
    draw_title(picture, layout);
    draw_addresses(picture, layout);
    legend_draw(canvas, MARGIN, TITLE_HEIGHT + picture->map.height + MARGIN, canvas->width - 2 * MARGIN);
    return true;
}

/* How many of `width` columns each share gets: one at least, and all of them together. */
static void divide(const struct cell *cell, uint32_t width, uint32_t columns[CELL_SHARES])
{
    uint32_t sum = 0;
    uint32_t widest = 0;

    for (uint32_t k = 0; k < cell->count; k++) {
        columns[k] = cell->parts[k] * width / 255;
        columns[k] = columns[k] > 0 ? columns[k] : 1;
        sum += columns[k];
        widest = columns[k] > columns[widest] ? k : widest;
    }
    while (sum > width && columns[widest] > 1) {
        columns[widest]--;
        sum--;
        for (uint32_t k = 0; k < cell->count; k++) {
            widest = columns[k] > columns[widest] ? k : widest;
        }
    }
    columns[widest] += sum < width ? width - sum : 0;
}

static void draw_share(const struct picture *picture, uint32_t x, uint32_t y, uint32_t width, uint16_t sort,
                       uint32_t heat)
{
    uint32_t colour = colour_mix(COLOUR_HOT, colour_of_sort(sort), heat);
    uint32_t height = picture->cell_height - GAP;

    canvas_fill(&picture->canvas, x, y, width, height, colour);
    for (uint32_t row = 0; row < height; row++) {
        for (uint32_t column = 0; column < width; column++) {
            if (pattern_has(sort, column, row)) {
                canvas_fill(&picture->canvas, x + column, y + row, 1, 1, colour_of_pattern(colour));
            }
        }
    }
}

static void draw_cell(const struct picture *picture, uint32_t number, const struct cell *cell)
{
    uint32_t x = picture->map.x + number % picture->columns * picture->cell_width;
    uint32_t y = picture->map.y + number / picture->columns * picture->cell_height;
    uint32_t heat = cell->heat * 200u / CELL_HEAT;
    uint32_t columns[CELL_SHARES] = {0};

    divide(cell, picture->cell_width - GAP, columns);
    for (uint32_t k = 0; k < cell->count; k++) {
        draw_share(picture, x, y, columns[k], cell->sorts[k], heat);
        x += columns[k];
    }
}

void picture_draw_cells(const struct picture *picture, struct cells *cells)
{
    for (uint32_t k = 0; k < CELLS_MAX && k < picture->columns * picture->rows; k++) {
        struct cell *cell = &cells->cells[k];

        if (!cell->drawn && cell->count > 0) {
            draw_cell(picture, k, cell);
            cell->drawn = cell->heat == 0;
            cell->heat -= cell->heat > 0;
        }
    }
}
