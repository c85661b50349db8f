#include "servers/framemap/layout.h"

#include <quire/slot.h>

#define HOLE_CELLS                                                                                                     \
    64 /* a hole of more cells is narrowed; others stay as wide as they are, and rows begin at round addresses */

/* Memory that nobody can have: the region types without slots. */
static bool is_hole(uint32_t region)
{
    switch (region) {
#define REGION(number, NAME, name, KIND, slots)                                                                        \
    case number:                                                                                                       \
        return !(slots);
#include <quire/regions.def>
#undef REGION
    default:
        return true;
    }
}

void layout_add(struct layout *layout, const struct frame_run *run)
{
    bool hole = is_hole(run->region);
    uint64_t end = run->end / FRAME_SIZE;
    struct piece *last = layout->piece_count > 0 ? &layout->pieces[layout->piece_count - 1] : NULL;

    if (last != NULL && (last->hole == hole || layout->piece_count == PIECES_MAX)) {
        last->end = end;
        last->hole = last->hole && hole;
        return;
    }
    layout->pieces[layout->piece_count++] =
        (struct piece){.first = last != NULL ? last->end : run->first / FRAME_SIZE, .end = end, .hole = hole};
}

/* Blocks that a piece touches. */
static uint64_t blocks(const struct piece *piece, uint64_t block)
{
    return (piece->end + block - 1) / block - piece->first / block;
}

uint64_t layout_place(struct layout *layout, uint64_t block)
{
    uint64_t cells = 0;
    uint64_t shared = UINT64_MAX; /* block whose cell the piece before ended in */

    layout->block = block;
    for (uint32_t k = 0; k < layout->piece_count; k++) {
        struct piece *piece = &layout->pieces[k];
        uint64_t count = blocks(piece, block);

        piece->narrowed = piece->hole && count > HOLE_CELLS;
        if (piece->narrowed) {
            piece->cell = (uint32_t)cells++;
            shared = UINT64_MAX;
            continue;
        }
        if (piece->first / block == shared) {
            cells--;
        }
        piece->cell = (uint32_t)cells;
        cells += count;
        shared = (piece->end - 1) / block;
    }
    layout->cells = (uint32_t)cells;
    return cells;
}

static const struct piece *piece_of(const struct layout *layout, uint64_t frame)
{
    uint32_t k = 0;

    while (k + 1 < layout->piece_count && frame >= layout->pieces[k].end) {
        k++;
    }
    return &layout->pieces[k];
}

uint32_t layout_cell(const struct layout *layout, uint64_t frame, uint64_t *end)
{
    const struct piece *piece = piece_of(layout, frame);

    if (frame >= piece->end) { /* more than was there when the layout was made */
        *end = UINT64_MAX;
        return layout->cells - 1;
    }
    if (piece->narrowed) {
        *end = piece->end;
        return piece->cell;
    }
    uint64_t behind = (frame / layout->block + 1) * layout->block;

    *end = behind < piece->end ? behind : piece->end;
    return piece->cell + (uint32_t)(frame / layout->block - piece->first / layout->block);
}

uint64_t layout_frame(const struct layout *layout, uint32_t cell)
{
    uint32_t k = layout->piece_count - 1;

    while (k > 0 && layout->pieces[k].cell > cell) {
        k--;
    }
    const struct piece *piece = &layout->pieces[k];

    return piece->narrowed ? piece->first : (piece->first / layout->block + (cell - piece->cell)) * layout->block;
}
