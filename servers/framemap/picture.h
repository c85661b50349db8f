/* The picture: where map, panel and legend are on a canvas of any size, and how they are drawn. No system calls. */
#ifndef SERVERS_FRAMEMAP_PICTURE_H
#define SERVERS_FRAMEMAP_PICTURE_H

#include "servers/framemap/cells.h"
#include "servers/framemap/clients.h"
#include "servers/framemap/layout.h"
#include <quire/canvas.h>

struct box {
    uint32_t x, y, width, height;
};

struct picture {
    struct canvas canvas;
    struct box map;   /* cells */
    struct box panel; /* counts and clients */
    uint32_t gutter;  /* pixels left of the map, for addresses */
    uint32_t columns; /* of cells */
    uint32_t rows;
    uint32_t cell_width; /* pixels, with the gap behind it */
    uint32_t cell_height;
};

/* Divides the canvas, chooses the size of a block so that all of memory fills the map, and draws what stays. False: the canvas is too small
 * for any picture. */
bool picture_start(struct picture *picture, const struct canvas *canvas, struct layout *layout);

/* Draws the cells that changed or cool down. */
void picture_draw_cells(const struct picture *picture, struct cells *cells);

/* Draws counts and the busiest clients. */
void picture_draw_panel(const struct picture *picture, const struct machine_statistics *counts,
                        const struct clients *clients);

#endif
