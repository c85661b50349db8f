#include "servers/framemap/cells.h"

#include "servers/framemap/clients.h"
#include <quire/slot.h>
#include <string.h>

static enum use use_of(const struct frame_run *run)
{
    switch (run->kind) {
    case KIND_PAGE_TABLE:
        return USE_PAGE_TABLE;
    case KIND_HANDLE_TABLE:
        return USE_HANDLE_TABLE;
    case KIND_TASK:
        return USE_TASK;
    case KIND_ENDPOINT:
        return USE_ENDPOINT;
    case KIND_LIST:
        return USE_LISTED;
    default:
        return run->listed ? USE_LISTED : USE_MEMORY;
    }
}

uint16_t sort_of_run(const struct frame_run *run, uint32_t place)
{
    switch (run->kind) {
    case KIND_NONE:
        return SORT_FREE;
    case KIND_KERNEL:
        return SORT_KERNEL;
    case KIND_EARLY:
        return SORT_EARLY;
    case KIND_METADATA:
        return SORT_METADATA;
    case KIND_UNUSABLE:
        return SORT_UNUSABLE;
    case KIND_RESERVED:
        return SORT_HOLE;
    default:
        if (!run->used) {
            return run->kind == KIND_DEVICE ? SORT_DEVICE : SORT_FREE;
        }
        return sort_of_client(place, use_of(run));
    }
}

static void begin(struct cells *cells, uint32_t cell)
{
    cells->current = cell;
    cells->count = 0;
    cells->frames = 0;
    cells->signature = 0;
    cells->last_sort = UINT16_MAX; /* no sort */
    cells->last_frames = 0;
}

void cells_initialise(struct cells *cells)
{
    memset(cells, 0, sizeof(*cells));
    begin(cells, 0);
}

/* Folds a run into the signature (the factors: 2^32 over the golden ratio, and FNV's prime). */
static void sign(struct cells *cells)
{
    cells->signature = (cells->signature ^ cells->last_sort ^ (uint32_t)cells->last_frames * 0x9e3779b1) * 0x01000193;
}

/* What was added becomes the cell's. */
static void finish(struct cells *cells)
{
    struct cell *cell = &cells->cells[cells->current];

    sign(cells);
    if (cells->frames == 0 || (cell->signature == cells->signature && cells->settled)) {
        return;
    }
    cell->signature = cells->signature;
    cell->heat = cells->settled ? CELL_HEAT : 0;
    cell->drawn = false;
    cell->count = (uint8_t)cells->count;
    for (uint32_t k = 0; k < cells->count; k++) {
        uint64_t part = cells->shares[k].frames * 255 / cells->frames;

        cell->sorts[k] = cells->shares[k].sort;
        cell->parts[k] = (uint8_t)(part > 0 ? part : 1);
    }
}

/* The share that is least missed becomes part of the one before it, or behind the first. */
static void make_room(struct cells *cells)
{
    uint32_t least = 0;

    for (uint32_t k = 1; k < cells->count; k++) {
        least = cells->shares[k].frames < cells->shares[least].frames ? k : least;
    }
    cells->shares[least == 0 ? 1 : least - 1].frames += cells->shares[least].frames;
    memmove(&cells->shares[least], &cells->shares[least + 1], (cells->count - least - 1) * sizeof(cells->shares[0]));
    cells->count--;
}

static void add_share(struct cells *cells, uint16_t sort, uint64_t frames)
{
    uint32_t k = 0;

    cells->frames += frames;
    if (sort != cells->last_sort) {
        sign(cells);
        cells->last_sort = sort;
        cells->last_frames = 0;
    }
    cells->last_frames += frames;
    while (k < cells->count && cells->shares[k].sort != sort) {
        k++;
    }
    if (k == CELL_SHARES) {
        make_room(cells);
        k = cells->count;
    }
    if (k == cells->count) {
        cells->shares[k].sort = sort;
        cells->shares[k].frames = 0;
        cells->count++;
    }
    cells->shares[k].frames += frames;
}

void cells_add(struct cells *cells, const struct layout *layout, const struct frame_run *run, uint16_t sort)
{
    uint64_t frame = run->first / FRAME_SIZE;
    uint64_t run_end = run->end / FRAME_SIZE;

    while (frame < run_end) {
        uint64_t end;
        uint32_t cell = layout_cell(layout, frame, &end);

        if (cell != cells->current) {
            finish(cells);
            begin(cells, cell);
        }
        end = end < run_end ? end : run_end;
        add_share(cells, sort, end - frame);
        frame = end;
    }
}

void cells_settle(struct cells *cells)
{
    finish(cells);
    begin(cells, 0);
    cells->settled = true;
}
