/* What each cell shows: shares of up to CELL_SHARES sorts of frames, in the order of their addresses. */
#ifndef SERVERS_FRAMEMAP_CELLS_H
#define SERVERS_FRAMEMAP_CELLS_H

#include "servers/framemap/layout.h"
#include <stdbool.h>
#include <stdint.h>

#define CELL_SHARES 4
#define CELL_HEAT 6 /* of a cell that has just changed; it cools down by 1 each time that it is asked for */

/* What frames are, for the eye: SORT_FREE and so on, or a client's place with a kind above it. */
enum sort {
    SORT_FREE,
    SORT_HOLE,
    SORT_KERNEL,
    SORT_EARLY,
    SORT_METADATA,
    SORT_UNUSABLE,
    SORT_DEVICE, /* nobody's */
    SORT_CLIENT, /* SORT_CLIENT + place * SORT_KINDS + sort of use */
};

/* Of a client's frames. */
enum use { USE_MEMORY, USE_LISTED, USE_PAGE_TABLE, USE_HANDLE_TABLE, USE_TASK, USE_ENDPOINT, USES };

static inline uint16_t sort_of_client(uint32_t place, enum use use)
{
    return (uint16_t)(SORT_CLIENT + place * USES + use);
}

struct cell {
    uint32_t signature; /* of all that is in it */
    uint8_t heat;
    bool drawn; /* as it is */
    uint8_t count;
    uint8_t parts[CELL_SHARES]; /* of 255 */
    uint16_t sorts[CELL_SHARES];
};

struct cells {
    uint32_t current; /* cell that frames are being added to */
    uint32_t count;   /* shares of it */
    uint64_t frames;  /* in it */
    uint32_t signature;
    uint16_t last_sort; /* frames of one sort that follow one another count as one run, however they came */
    uint64_t last_frames;
    bool settled; /* a walk is over: from now on changes are hot */
    struct {
        uint16_t sort;
        uint64_t frames;
    } shares[CELL_SHARES];
    struct cell cells[CELLS_MAX];
};

/* Forgets all. */
void cells_initialise(struct cells *cells);

/* Adds the frames of a run, which are of one sort, behind those of before. */
void cells_add(struct cells *cells, const struct layout *layout, const struct frame_run *run, uint16_t sort);

/* A walk is over. */
void cells_settle(struct cells *cells);

/* The sort of a run's frames; place: of the client that pays, see clients_count. */
uint16_t sort_of_run(const struct frame_run *run, uint32_t place);

#endif
