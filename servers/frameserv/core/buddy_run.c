/* Free frames that follow one another, in one block or across several. */
#include "servers/frameserv/core/buddy.h"

/* The least order with 2^order >= count. */
static uint32_t order_for(uint64_t count)
{
    uint32_t order = 0;

    while (UINT64_C(1) << order < count)
        order += 1;
    return order;
}

/* Of any `count` frames that follow one another, some are an aligned block of at least this order; if they are free,
 * a free block holds it. */
static uint32_t order_inside(uint64_t count)
{
    uint32_t order = 0;

    while (UINT64_C(4) << order <= count + 1)
        order += 1;
    return order;
}

/* The free block that holds the frame, of any number. */
static bool block_at(struct buddy *buddy, const struct window *window, struct undo_log *log, uint64_t frame,
                     struct block *block)
{
    return window_has_slot(window, frame) && buddy_find_frame(buddy, window, log, frame, block);
}

/* Looks for the run among the frames of a free block and those that are free around it. */
static bool find_around(struct buddy *buddy, const struct window *window, struct undo_log *log, struct block block,
                        uint64_t count, const struct run_wish *wish, uint64_t *first)
{
    uint64_t align = UINT64_C(1) << wish->align_order;
    uint64_t start = block.frame;
    uint64_t end = block.frame + (UINT64_C(1) << block.order);
    uint64_t enough_before = start > count ? start - count : 0;
    uint64_t enough_after = end + count;

    while (start > enough_before && block_at(buddy, window, log, start - 1, &block))
        start = block.frame;
    while (end < enough_after && block_at(buddy, window, log, end, &block))
        end = block.frame + (UINT64_C(1) << block.order);
    if (wish->low && end > ZONE_HIGH_FIRST_FRAME)
        end = ZONE_HIGH_FIRST_FRAME;
    start = (start + align - 1) / align * align;
    if (start + count > end)
        return false;
    *first = start;
    return true;
}

/* Looks around each block that is large enough to be part of a run and too small to hold any. */
static bool find_across(struct buddy *buddy, const struct window *window, struct undo_log *log, uint32_t zone,
                        uint64_t count, const struct run_wish *wish, uint32_t whole, uint64_t *first)
{
    uint32_t looks = 0;

    for (uint32_t order = order_inside(count); order < whole; order++) {
        uint64_t frame = buddy->first[zone][order];
        for (; frame != FRAME_NONE && looks < RUN_SEARCH_BLOCKS; looks++) {
            struct block block = {.frame = frame, .order = order};
            if (find_around(buddy, window, log, block, count, wish, first))
                return true;
            frame = window_slot(window, frame)->storage[BLOCK_NEXT];
        }
    }
    return false;
}

bool buddy_find_run(struct buddy *buddy, const struct window *window, struct undo_log *log, uint64_t count,
                    const struct run_wish *wish, uint64_t *first)
{
    uint32_t whole = order_for(count);
    struct block block;

    if (whole < wish->align_order)
        whole = wish->align_order;
    if (buddy_find(buddy, window, log, whole, wish->low, &block)) {
        *first = block.frame;
        return true;
    }
    /* First all blocks of both zones, so that looking around one makes none anew. */
    for (uint32_t zone = 0; zone < ZONES; zone++)
        buddy_seed_zone(buddy, window, log, zone);
    for (uint32_t zone = wish->low ? ZONE_LOW + 1 : ZONES; zone-- > 0;) {
        if (find_across(buddy, window, log, zone, count, wish, whole, first))
            return true;
    }
    return false;
}
