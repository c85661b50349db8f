/* The console's band of the screen: shows a terminal, and draws what changed. */
#ifndef SERVERS_CONSOLE_DISPLAY_H
#define SERVERS_CONSOLE_DISPLAY_H

#include <quire/canvas.h>
#include <stddef.h>

/* From now on text is shown on the canvas, which is emptied. */
void display_initialise(const struct canvas *canvas);

/* Shows text; before display_initialise nothing happens. */
void display_write(const char *text, size_t length);

#endif
