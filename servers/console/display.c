#include "servers/console/display.h"

#include "servers/console/terminal.h"
#include <string.h>

#define BACKGROUND 0x10141c
#define CURSOR 0xd8dee9
#define MARGIN 4 /* pixels left of the text */

/* The colours of ANSI terminals, in shades that go with the background. */
static const uint32_t colours[16] = {
    0x3b4252, 0xe06c75, 0x98c379, 0xe5c07b, 0x61afef, 0xc678dd, 0x56b6c2, 0xc8ccd4,
    0x5c6370, 0xff8b92, 0xb5e890, 0xffd68a, 0x82c4ff, 0xe29bf5, 0x7fd8e4, 0xffffff,
};

static struct canvas canvas;
static struct terminal terminal;
static struct terminal_cell shown[TERMINAL_ROWS][TERMINAL_COLUMNS];
static uint32_t cursor_row;
static uint32_t cursor_column;

void display_initialise(const struct canvas *on)
{
    canvas = *on;
    canvas_fill(&canvas, 0, 0, canvas.width, canvas.height, BACKGROUND);
    terminal_initialise(&terminal, canvas.width > 2 * MARGIN ? (canvas.width - 2 * MARGIN) / FONT_WIDTH : 0,
                        canvas.height / FONT_HEIGHT);
    memcpy(shown, terminal.cells, sizeof(shown));
    memset(terminal.changed, false, sizeof(terminal.changed));
}

static void draw_cell(uint32_t row, uint32_t column, uint32_t background)
{
    struct terminal_cell cell = terminal.cells[row][column];
    uint32_t colour = background == CURSOR ? BACKGROUND : colours[cell.colour];

    canvas_glyph(&canvas, MARGIN + column * FONT_WIDTH, row * FONT_HEIGHT, 1, cell.character, colour, background);
}

static void draw_row(uint32_t row)
{
    for (uint32_t column = 0; column < terminal.columns; column++) {
        const struct terminal_cell *cell = &terminal.cells[row][column];
        struct terminal_cell *before = &shown[row][column];

        if (cell->character != before->character || cell->colour != before->colour) {
            *before = *cell;
            draw_cell(row, column, BACKGROUND);
        }
    }
    terminal.changed[row] = false;
}

static void move_cursor(void)
{
    draw_cell(cursor_row, cursor_column, BACKGROUND);
    cursor_row = terminal.row;
    cursor_column = terminal.column < terminal.columns ? terminal.column : terminal.columns - 1;
    draw_cell(cursor_row, cursor_column, CURSOR);
}

void display_write(const char *text, size_t length)
{
    if (canvas.pixels == NULL) {
        return;
    }
    terminal_write(&terminal, text, length);
    for (uint32_t row = 0; row < terminal.rows; row++) {
        if (terminal.changed[row]) {
            draw_row(row);
        }
    }
    move_cursor();
}
