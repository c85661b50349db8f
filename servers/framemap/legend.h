/* The legend: what colours and patterns mean, in as many lines as it needs. */
#ifndef SERVERS_FRAMEMAP_LEGEND_H
#define SERVERS_FRAMEMAP_LEGEND_H

#include <quire/canvas.h>

/* Pixels that it takes at this width. */
uint32_t legend_height(uint32_t width);

void legend_draw(const struct canvas *canvas, uint32_t x, uint32_t y, uint32_t width);

#endif
