#include "servers/frameserv/core/buddy.h"

#include "servers/frameserv/core/account.h"
#include <string.h>

#define ORDER_MAX (BUDDY_ORDERS - 1)

/* Slots of the frames of one aligned block of this order share a window page, so they can be touched alike. */
#define ORDER_OF_PAGE 6

static uint64_t size_of_order(uint32_t order)
{
    return UINT64_C(1) << order;
}

static uint64_t block_mark(uint32_t order)
{
    return kind_word(KIND_NONE, FLAG_BLOCK + order, ACCOUNT_NOBODY);
}

static uint32_t zone_of(uint64_t frame)
{
    return frame < ZONE_HIGH_FIRST_FRAME ? ZONE_LOW : ZONE_HIGH;
}

static atomic_word *list_of(struct buddy *buddy, uint64_t frame, uint32_t order)
{
    return &buddy->first[zone_of(frame)][order];
}

/* Whether a free block of just this order begins at the frame, which lies in one aligned block of the next
 * order with a frame that has a slot. */
static bool is_block(const struct window *window, uint64_t frame, uint32_t order)
{
    if (frame >= window->frame_count || (order >= ORDER_OF_PAGE && !window_has_slot(window, frame)))
        return false;
    return atomic_load_relaxed(&window_slot(window, frame)->kind_word) == block_mark(order);
}

static void list_push(struct buddy *buddy, const struct window *window, struct transaction *transaction, uint64_t frame,
                      uint32_t order)
{
    atomic_word *list = list_of(buddy, frame, order);
    struct slot *slot = window_slot(window, frame);
    uint64_t next = *list;

    wr(transaction, &slot->storage[BLOCK_NEXT], next);
    wr(transaction, &slot->storage[BLOCK_PREVIOUS], FRAME_NONE);
    wr(transaction, &slot->kind_word, block_mark(order));
    if (next != FRAME_NONE)
        wr(transaction, &window_slot(window, next)->storage[BLOCK_PREVIOUS], frame);
    wr(transaction, list, frame);
}

/* Takes a block out of its list; its mark stays. */
static void list_remove(struct buddy *buddy, const struct window *window, struct transaction *transaction,
                        uint64_t frame, uint32_t order)
{
    const struct slot *slot = window_slot(window, frame);
    uint64_t next = slot->storage[BLOCK_NEXT];
    uint64_t previous = slot->storage[BLOCK_PREVIOUS];

    if (next != FRAME_NONE)
        wr(transaction, &window_slot(window, next)->storage[BLOCK_PREVIOUS], previous);
    if (previous != FRAME_NONE)
        wr(transaction, &window_slot(window, previous)->storage[BLOCK_NEXT], next);
    else
        wr(transaction, list_of(buddy, frame, order), next);
}

void buddy_take(struct buddy *buddy, const struct window *window, struct transaction *transaction, struct block block,
                uint64_t frame, uint32_t order)
{
    list_remove(buddy, window, transaction, block.frame, block.order);
    while (block.order > order) {
        block.order -= 1;
        uint64_t upper = block.frame + size_of_order(block.order);
        if (frame < upper) {
            list_push(buddy, window, transaction, upper, block.order);
        } else {
            list_push(buddy, window, transaction, block.frame, block.order);
            block.frame = upper;
        }
    }
    atomic_word *free_frames = &buddy->free_frames[zone_of(frame)];
    wr(transaction, free_frames, *free_frames - size_of_order(order));
}

/* Joins a block that is in no list with its free neighbours, and puts the whole in its list. */
static void join(struct buddy *buddy, const struct window *window, struct transaction *transaction, uint64_t frame,
                 uint32_t order)
{
    uint64_t given = frame;

    while (order < ORDER_MAX) {
        uint64_t size = size_of_order(order);
        uint64_t other = frame & size ? frame - size : frame + size;
        if (!is_block(window, other, order))
            break;
        list_remove(buddy, window, transaction, other, order);
        wr(transaction, &window_slot(window, other)->kind_word, 0);
        frame = other < frame ? other : frame;
        order += 1;
    }
    if (frame != given)
        wr(transaction, &window_slot(window, given)->kind_word, 0);
    list_push(buddy, window, transaction, frame, order);
}

void buddy_give(struct buddy *buddy, const struct window *window, struct transaction *transaction, uint64_t frame,
                uint32_t order)
{
    atomic_word *free_frames = &buddy->free_frames[zone_of(frame)];

    join(buddy, window, transaction, frame, order);
    wr(transaction, free_frames, *free_frames + size_of_order(order));
}

/* Makes a block of the next frames that are being seeded, or steps over a region that is not usable. */
static void seed_step(struct buddy *buddy, const struct window *window, struct undo_log *log)
{
    struct transaction transaction = transaction_begin(log);
    uint64_t frame = buddy->seed_next;
    const struct boot_region *region = window_region(window, frame);
    uint64_t end = (region->base + region->size) / FRAME_SIZE;

    if (end > buddy->seed_end)
        end = buddy->seed_end;
    if (region->type == REGION_USABLE) {
        uint32_t order = 0;
        while (order < ORDER_MAX && frame % size_of_order(order + 1) == 0 && end - frame >= size_of_order(order + 1))
            order += 1;
        end = frame + size_of_order(order);
        join(buddy, window, &transaction, frame, order);
    }
    wr(&transaction, &buddy->seed_next, end);
    transaction_commit(&transaction);
}

static void seed_finish(struct buddy *buddy, const struct window *window, struct undo_log *log)
{
    while (buddy->seed_next != buddy->seed_end)
        seed_step(buddy, window, log);
}

static void seed(struct buddy *buddy, const struct window *window, struct undo_log *log, uint64_t granule)
{
    struct transaction transaction = transaction_begin(log);
    uint64_t next = granule * GRANULE_FRAMES;
    uint64_t end = next + GRANULE_FRAMES;
    uint64_t bit = UINT64_C(1) << granule % 64;

    wr(&transaction, &buddy->fresh[granule / 64], buddy->fresh[granule / 64] - bit);
    wr(&transaction, &buddy->seed_next, next);
    wr(&transaction, &buddy->seed_end, end < window->frame_count ? end : window->frame_count);
    transaction_commit(&transaction);
    seed_finish(buddy, window, log);
}

/* Makes blocks of the highest fresh granule of a zone. false: it has none. */
static bool seed_zone(struct buddy *buddy, const struct window *window, struct undo_log *log, uint32_t zone)
{
    const uint64_t border = ZONE_HIGH_FIRST_FRAME / GRANULE_FRAMES;
    uint64_t granules = (window->frame_count + GRANULE_FRAMES - 1) / GRANULE_FRAMES;
    uint64_t low = zone == ZONE_LOW ? 0 : border;
    uint64_t granule = zone == ZONE_LOW && granules > border ? border : granules;

    while (granule > low) {
        granule -= 1;
        if (buddy->fresh[granule / 64] == 0)
            granule -= granule % 64; /* nothing in this word */
        else if (buddy_is_fresh(buddy, granule)) {
            seed(buddy, window, log, granule);
            return true;
        }
    }
    return false;
}

static bool find_in_lists(const atomic_word *lists, uint32_t order, struct block *block)
{
    for (; order <= ORDER_MAX; order++) {
        if (lists[order] != FRAME_NONE) {
            *block = (struct block){.frame = lists[order], .order = order};
            return true;
        }
    }
    return false;
}

void buddy_seed_zone(struct buddy *buddy, const struct window *window, struct undo_log *log, uint32_t zone)
{
    seed_finish(buddy, window, log);
    while (seed_zone(buddy, window, log, zone))
        continue;
}

bool buddy_find(struct buddy *buddy, const struct window *window, struct undo_log *log, uint32_t order, bool low,
                struct block *block)
{
    seed_finish(buddy, window, log);
    for (uint32_t zone = low ? ZONE_LOW + 1 : ZONES; zone-- > 0;) {
        if (buddy->free_frames[zone] < size_of_order(order))
            continue;
        do {
            if (find_in_lists(buddy->first[zone], order, block))
                return true;
        } while (seed_zone(buddy, window, log, zone));
    }
    return false;
}

bool buddy_find_frame(struct buddy *buddy, const struct window *window, struct undo_log *log, uint64_t frame,
                      struct block *block)
{
    seed_finish(buddy, window, log);
    if (buddy_is_fresh(buddy, frame / GRANULE_FRAMES))
        seed(buddy, window, log, frame / GRANULE_FRAMES);
    for (uint32_t order = 0; order <= ORDER_MAX; order++) {
        uint64_t first = frame - frame % size_of_order(order);
        if (order > ORDER_OF_PAGE && !window_has_slot(window, first))
            return false; /* then it is not free, nor is any block that begins lower and holds it */
        if (atomic_load_relaxed(&window_slot(window, first)->kind_word) == block_mark(order)) {
            *block = (struct block){.frame = first, .order = order};
            return true;
        }
    }
    return false;
}

/* Memory that was never asked for is not looked at. Of a frame in use, no block needs to be looked for. */
uint64_t buddy_free_end(struct buddy *buddy, const struct window *window, struct undo_log *log, uint64_t frame)
{
    const struct boot_region *region = window_region(window, frame);
    uint64_t granule_end = (frame / GRANULE_FRAMES + 1) * GRANULE_FRAMES;
    uint64_t region_end = (region->base + region->size) / FRAME_SIZE;
    struct block block;

    if (region->type == REGION_USABLE && buddy_is_fresh(buddy, frame / GRANULE_FRAMES))
        return region_end < granule_end ? region_end : granule_end;
    if (kind_word_payer(atomic_load_relaxed(&window_slot(window, frame)->kind_word)) != ACCOUNT_NOBODY ||
        buddy_is_fresh(buddy, frame / GRANULE_FRAMES) || !buddy_find_frame(buddy, window, log, frame, &block))
        return frame;
    return block.frame + size_of_order(block.order);
}

void buddy_initialise(struct buddy *buddy, const struct window *window)
{
    memset(buddy, 0, sizeof(*buddy));
    for (uint32_t zone = 0; zone < ZONES; zone++) {
        for (uint32_t order = 0; order < BUDDY_ORDERS; order++)
            buddy->first[zone][order] = FRAME_NONE;
    }
    for (uint32_t k = 0; k < window->region_count; k++) {
        const struct boot_region *region = &window->regions[k];
        if (region->type != REGION_USABLE || region->size == 0)
            continue;
        uint64_t first = region->base / FRAME_SIZE;
        uint64_t last = first + region->size / FRAME_SIZE - 1;
        for (uint64_t granule = first / GRANULE_FRAMES; granule <= last / GRANULE_FRAMES; granule++)
            buddy->fresh[granule / 64] |= UINT64_C(1) << granule % 64;
        uint64_t high = last < ZONE_HIGH_FIRST_FRAME    ? 0
                        : first < ZONE_HIGH_FIRST_FRAME ? last + 1 - ZONE_HIGH_FIRST_FRAME
                                                        : last + 1 - first;
        buddy->free_frames[ZONE_HIGH] += high;
        buddy->free_frames[ZONE_LOW] += last + 1 - first - high;
    }
}
