/* Which piece of physical memory each cell of the picture stands for. Cells are blocks of 2^n frames in the order of their
 * addresses; a wide hole, where there is no memory for anybody, is one cell. */
#ifndef SERVERS_FRAMEMAP_LAYOUT_H
#define SERVERS_FRAMEMAP_LAYOUT_H

#include <quire/client.h>
#include <stdbool.h>
#include <stdint.h>

#define CELLS_MAX 16384
#define PIECES_MAX 256

/* Frames that follow one another and all are a hole's, or none is. */
struct piece {
    uint64_t first; /* frame number */
    uint64_t end;
    bool hole;
    bool narrowed; /* to one cell */
    uint32_t cell; /* its first cell */
};

struct layout {
    uint32_t piece_count;
    uint32_t cells;
    uint64_t block; /* frames of a cell */
    struct piece pieces[PIECES_MAX];
};

/* Adds frames behind those that were added before. Without room they lengthen the last piece. */
void layout_add(struct layout *layout, const struct frame_run *run);

/* Gives cells to all pieces: blocks of 2^n frames. Returns how many cells there are, which may be more than CELLS_MAX. */
uint64_t layout_place(struct layout *layout, uint64_t block);

/* The cell of a frame, and the first frame behind it in this cell. Frames that were never added belong to the last cell. */
uint32_t layout_cell(const struct layout *layout, uint64_t frame, uint64_t *end);

/* The first frame of a cell, as if its block were all there. */
uint64_t layout_frame(const struct layout *layout, uint32_t cell);

#endif
