/* A terminal without a screen: bytes in, cells out. It knows what a shell's line editor sends: \r \n \b \t, ESC[ with A B C D
 * (up, down, right, left), G (column), H (row; column), J, K (erase), m (colours); other sequences change nothing. A line feed also goes to the
 * first column, as terminals do for lines that come over a serial port with "\r\n". */
#ifndef SERVERS_CONSOLE_TERMINAL_H
#define SERVERS_CONSOLE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TERMINAL_COLUMNS 256 /* at the most: 2048 pixels */
#define TERMINAL_ROWS 96     /* 1536 pixels */
#define TERMINAL_PARAMETERS 4

/* A character, and its colour: one of the 16 of ANSI terminals. */
struct terminal_cell {
    char character;
    uint8_t colour;
};
#define TERMINAL_PLAIN 7 /* the colour of text without a wish */

enum terminal_state { TERMINAL_TEXT, TERMINAL_ESCAPE, TERMINAL_SEQUENCE };

struct terminal {
    uint32_t columns;
    uint32_t rows;
    uint32_t column; /* of the cursor; columns: behind the last one, and the next character begins a new line */
    uint32_t row;
    uint8_t colour;
    enum terminal_state state;
    uint32_t parameter_count;
    uint32_t parameters[TERMINAL_PARAMETERS];
    bool changed[TERMINAL_ROWS]; /* rows that were written since who draws them cleared this */
    struct terminal_cell cells[TERMINAL_ROWS][TERMINAL_COLUMNS];
};

/* An empty terminal; one that is too large or has no cell becomes as large as one can be. */
void terminal_initialise(struct terminal *terminal, uint32_t columns, uint32_t rows);

void terminal_write(struct terminal *terminal, const char *text, size_t length);

#endif
