#include "servers/console/terminal.h"

#include <string.h>

#define ESCAPE 0x1b
#define TAB 8
#define JUMP 6             /* a part of the rows that the screen scrolls by at once */
#define PARAMETER_MAX 9999 /* larger ones are of no use on any screen */

static const struct terminal_cell blank = {' ', TERMINAL_PLAIN};

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Erases the cells of a row from one column to another, which is not among them. */
static void erase(struct terminal *terminal, uint32_t row, uint32_t first, uint32_t end)
{
    for (uint32_t k = first; k < end; k++) {
        terminal->cells[row][k] = blank;
    }
    terminal->changed[row] = true;
}

static void erase_rows(struct terminal *terminal, uint32_t first, uint32_t end)
{
    for (uint32_t row = first; row < end; row++) {
        erase(terminal, row, 0, terminal->columns);
    }
}

void terminal_initialise(struct terminal *terminal, uint32_t columns, uint32_t rows)
{
    memset(terminal, 0, sizeof(*terminal));
    terminal->columns = columns == 0 ? 1 : smaller(columns, TERMINAL_COLUMNS);
    terminal->rows = rows == 0 ? 1 : smaller(rows, TERMINAL_ROWS);
    terminal->colour = TERMINAL_PLAIN;
    erase_rows(terminal, 0, terminal->rows);
}

/* Several rows at once, since each time nearly the whole screen is drawn anew. */
static void scroll(struct terminal *terminal)
{
    uint32_t gone = terminal->rows < JUMP ? 1 : terminal->rows / JUMP;
    uint32_t kept = terminal->rows - gone;

    memmove(terminal->cells[0], terminal->cells[gone], kept * sizeof(terminal->cells[0]));
    memset(terminal->changed, true, sizeof(terminal->changed));
    erase_rows(terminal, kept, terminal->rows);
    terminal->row -= gone;
}

static void line_feed(struct terminal *terminal)
{
    terminal->column = 0;
    if (terminal->row + 1 == terminal->rows) {
        scroll(terminal);
    }
    terminal->row++;
}

static void put(struct terminal *terminal, char character)
{
    if (terminal->column >= terminal->columns) {
        line_feed(terminal);
    }
    terminal->cells[terminal->row][terminal->column] = (struct terminal_cell){character, terminal->colour};
    terminal->changed[terminal->row] = true;
    terminal->column++;
}

static void control(struct terminal *terminal, char byte)
{
    uint32_t last = terminal->columns - 1;

    switch (byte) {
    case '\n':
        line_feed(terminal);
        break;
    case '\r':
        terminal->column = 0;
        break;
    case '\b':
        terminal->column = terminal->column > 0 ? smaller(terminal->column, last + 1) - 1 : 0;
        break;
    case '\t':
        terminal->column = smaller((terminal->column / TAB + 1) * TAB, last);
        break;
    case ESCAPE:
        terminal->state = TERMINAL_ESCAPE;
        break;
    default:
        break; /* a bell, say */
    }
}

/* A parameter of the sequence, or what it is when left out. 0 is as good as left out. */
static uint32_t parameter(const struct terminal *terminal, uint32_t index, uint32_t otherwise)
{
    uint32_t value = index < terminal->parameter_count ? terminal->parameters[index] : 0;

    return value != 0 ? value : otherwise;
}

/* J: to the end of the screen, from its start, all of it; K likewise in the cursor's row. */
static void erase_sequence(struct terminal *terminal, bool screen)
{
    uint32_t how = parameter(terminal, 0, 0);
    uint32_t column = smaller(terminal->column, terminal->columns - 1);

    if (screen && how == 0) {
        erase_rows(terminal, terminal->row + 1, terminal->rows);
    } else if (screen && how == 1) {
        erase_rows(terminal, 0, terminal->row);
    } else if (screen) {
        erase_rows(terminal, 0, terminal->rows);
        return;
    }
    erase(terminal, terminal->row, how == 0 ? terminal->column : 0, how == 1 ? column + 1 : terminal->columns);
}

/* m: SGR of ECMA-48, as far as it is about the colour of text. */
static void choose_colour(struct terminal *terminal)
{
    for (uint32_t k = 0; k < terminal->parameter_count || k == 0; k++) {
        uint32_t value = parameter(terminal, k, 0);

        if (value == 0 || value == 39) {
            terminal->colour = TERMINAL_PLAIN;
        } else if (value == 1) {
            terminal->colour |= 8;
        } else if (value >= 30 && value <= 37) {
            terminal->colour = (uint8_t)((terminal->colour & 8) | (value - 30));
        } else if (value >= 90 && value <= 97) {
            terminal->colour = (uint8_t)(8 + value - 90);
        }
    }
}

static void obey(struct terminal *terminal, char byte)
{
    uint32_t steps = parameter(terminal, 0, 1);
    uint32_t last_row = terminal->rows - 1;
    uint32_t last_column = terminal->columns - 1;
    uint32_t column = smaller(terminal->column, last_column);

    switch (byte) {
    case 'A':
        terminal->row -= smaller(steps, terminal->row);
        break;
    case 'B':
        terminal->row = smaller(terminal->row + steps, last_row);
        break;
    case 'C':
        terminal->column = smaller(column + steps, last_column);
        break;
    case 'D':
        terminal->column = column - smaller(steps, column);
        break;
    case 'G':
        terminal->column = smaller(steps - 1, last_column);
        break;
    case 'H':
        terminal->row = smaller(steps - 1, last_row);
        terminal->column = smaller(parameter(terminal, 1, 1) - 1, last_column);
        break;
    case 'J':
    case 'K':
        erase_sequence(terminal, byte == 'J');
        break;
    case 'm':
        choose_colour(terminal);
        break;
    default:
        break;
    }
}

/* Behind ESC[: digits and semicolons, other marks that mean nothing here, and a final byte (ECMA-48, 5.4). */
static void sequence(struct terminal *terminal, char byte)
{
    uint32_t *value = &terminal->parameters[smaller(terminal->parameter_count, TERMINAL_PARAMETERS) - 1];

    if (byte >= '0' && byte <= '9') {
        *value = smaller(*value * 10 + (uint32_t)(byte - '0'), PARAMETER_MAX);
    } else if (byte == ';') {
        if (terminal->parameter_count < TERMINAL_PARAMETERS) {
            terminal->parameters[terminal->parameter_count++] = 0;
        }
    } else if (byte >= '@' && byte <= '~') {
        terminal->state = TERMINAL_TEXT;
        obey(terminal, byte);
    } else if ((uint8_t)byte < ' ') {
        terminal->state = TERMINAL_TEXT; /* cut off */
        control(terminal, byte);
    }
}

static void take(struct terminal *terminal, char byte)
{
    switch (terminal->state) {
    case TERMINAL_ESCAPE:
        terminal->state = byte == '[' ? TERMINAL_SEQUENCE : TERMINAL_TEXT;
        terminal->parameter_count = 1;
        terminal->parameters[0] = 0;
        break;
    case TERMINAL_SEQUENCE:
        sequence(terminal, byte);
        break;
    default:
        if ((uint8_t)byte < ' ') {
            control(terminal, byte);
        } else {
            put(terminal, byte);
        }
    }
}

void terminal_write(struct terminal *terminal, const char *text, size_t length)
{
    for (size_t k = 0; k < length; k++) {
        take(terminal, text[k]);
    }
}
