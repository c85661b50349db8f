/* Free memory: blocks and their lists, caches, and the slots of frames that are in blocks. */
#include "servers/frameserv/audit/parts.h"

#define NO_STEPS 8 /* that a look inside of a block stands for */

static uint64_t mark(uint32_t order)
{
    return kind_word(KIND_NONE, FLAG_BLOCK + order, ACCOUNT_NOBODY);
}

static uint32_t zone_of(uint64_t frame)
{
    return frame < ZONE_HIGH_FIRST_FRAME ? ZONE_LOW : ZONE_HIGH;
}

/* A block of this order begins there, by its mark. */
static const struct slot *block_slot(const struct turn *turn, uint64_t frame, uint32_t zone, uint32_t order)
{
    const struct slot *slot = audit_slot(turn->worker, frame);

    return slot != NULL && zone_of(frame) == zone && atomic_load_relaxed(&slot->kind_word) == mark(order) ? slot : NULL;
}

/* Whether frames can be a free block as a whole. */
static bool is_possible(const struct worker *worker, uint64_t frame, uint32_t order)
{
    const struct window *window = &worker->window;
    uint64_t size = UINT64_C(1) << order;

    if (frame % size != 0 || size > window->frame_count - frame)
        return false;
    for (uint32_t k = audit_region(worker, frame);
         k < window->region_count && window->regions[k].base / FRAME_SIZE < frame + size; k++) {
        if (!audit_can_be_free(window->regions[k].type))
            return false;
    }
    return true;
}

static void check_links(struct turn *turn, uint64_t frame, const struct slot *slot, uint32_t order)
{
    uint32_t zone = zone_of(frame);
    uint64_t next = slot->storage[BLOCK_NEXT];
    uint64_t previous = slot->storage[BLOCK_PREVIOUS];
    uint64_t first = turn->worker->keep->buddy.first[zone][order];

    if (next != FRAME_NONE) {
        const struct slot *other = block_slot(turn, next, zone, order);
        audit_same(turn, AUDIT_FAULT_BLOCK_LINK, frame * FRAME_SIZE, frame,
                   other != NULL ? other->storage[BLOCK_PREVIOUS] : next);
    }
    if (previous != FRAME_NONE) {
        const struct slot *other = block_slot(turn, previous, zone, order);
        audit_same(turn, AUDIT_FAULT_BLOCK_LINK, frame * FRAME_SIZE, frame,
                   other != NULL ? other->storage[BLOCK_NEXT] : previous);
    } else {
        audit_same(turn, AUDIT_FAULT_BLOCK_FIRST, zone * 256 + order, frame, first);
    }
}

/* Nobody's, and nothing more is to be said of it. */
static void check_unused(const struct turn *turn, uint64_t frame, enum audit_fault fault)
{
    const struct slot *slot = &turn->worker->window.slots[frame];
    uint64_t count = atomic_load_relaxed(&slot->ref_count);
    uint64_t word = atomic_load_relaxed(&slot->kind_word);
    uint64_t list = atomic_load_relaxed(&slot->in_list);

    if (!audit_same(turn, fault, frame * FRAME_SIZE, REF_COUNT_UNUSED, count))
        return;
    if (audit_same(turn, fault, frame * FRAME_SIZE, 0, word))
        audit_same(turn, fault, frame * FRAME_SIZE, 0, list);
}

/* Inside of a block, as far as the page of the window reaches that its first slot is in. */
static void check_first_page(const struct turn *turn, uint64_t frame, uint64_t end)
{
    uint64_t page_end = frame - frame % SLOTS_PER_PAGE + SLOTS_PER_PAGE;

    for (uint64_t k = frame + 1; k < end && k < page_end; k++)
        check_unused(turn, k, AUDIT_FAULT_BLOCK_INSIDE);
}

/* Two neighbours in one turn. */
static void check_joined(struct turn *turn, uint64_t frame, uint32_t order)
{
    const struct block *previous = &turn->audit->previous;

    if (previous->order == order && order < BUDDY_ORDERS - 1 && previous->frame == (frame ^ UINT64_C(1) << order))
        audit_tell(turn, AUDIT_FAULT_BLOCK_JOINED, frame * FRAME_SIZE, order + 1, order);
    turn->audit->previous = (struct block){.frame = frame, .order = order};
}

/* A frame that came by a move, and ended since, is still said to be the server's. */
static void check_nobodys(const struct turn *turn, uint64_t where, const struct audit_facts *facts)
{
    if (facts->known && facts->state != LEDGER_SERVER)
        audit_same(turn, AUDIT_FAULT_HOLDER, where, LEDGER_FREE, facts->state);
}

uint64_t audit_block(struct turn *turn, uint64_t frame, const struct slot *slot)
{
    struct audit *audit = turn->audit;
    uint64_t word = atomic_load_relaxed(&slot->kind_word);
    uint32_t order = kind_word_flags(word) % FLAG_BLOCK;
    uint64_t where = frame * FRAME_SIZE;

    if (order >= BUDDY_ORDERS || word != mark(order) || !is_possible(turn->worker, frame, order)) {
        audit_tell(turn, AUDIT_FAULT_BLOCK_MARK, where, mark(0), word);
        return frame + 1;
    }
    uint64_t end = frame + (UINT64_C(1) << order);
    struct audit_facts facts = audit_ask(turn, frame);
    check_nobodys(turn, where, &facts);
    if (audit_same(turn, AUDIT_FAULT_COUNT, where, REF_COUNT_UNUSED, atomic_load_relaxed(&slot->ref_count)))
        audit_same(turn, AUDIT_FAULT_IN_LIST, where, 0, atomic_load_relaxed(&slot->in_list));
    check_links(turn, frame, slot, order);
    check_joined(turn, frame, order);
    check_first_page(turn, frame, end);
    audit->tally.blocks[zone_of(frame)][order] += 1;
    audit->tally.free[zone_of(frame)] += end - frame;
    turn->steps += NO_STEPS;
    if (audit->thorough) {
        audit->inside = frame + 1;
        audit->inside_end = end;
    }
    return end;
}

void audit_inside(struct turn *turn)
{
    struct audit *audit = turn->audit;
    uint64_t end = audit->inside_end;
    struct ledger_pass pass;

    turn->steps += NO_STEPS;
    if (turn->worker->kernel->audit_pass(audit->inside, end, LEDGER_FREE, &pass) != ERROR_NONE ||
        pass.frame < audit->inside || pass.frame >= end) {
        audit->inside = end;
        return;
    }
    uint64_t page = pass.frame - pass.frame % SLOTS_PER_PAGE;
    uint64_t first = page > audit->inside ? page : audit->inside;
    audit->inside = pass.frame;
    if (pass.state == LEDGER_ABSENT)
        return;
    uint64_t page_end = page + SLOTS_PER_PAGE < end ? page + SLOTS_PER_PAGE : end;
    if (pass.state != LEDGER_FREE) {
        audit_tell(turn, AUDIT_FAULT_HOLDER, pass.frame * FRAME_SIZE, LEDGER_FREE, pass.state);
        page_end = pass.frame + 1;
    }
    for (uint64_t k = first; pass.slot && k < page_end; k++)
        check_unused(turn, k, AUDIT_FAULT_BLOCK_INSIDE);
    turn->steps += NO_STEPS;
    audit->inside = page_end;
}

/* --- caches ---------------------------------------------------------------------------------------------------------- */

static uint64_t cache_count(const struct cache *cache)
{
    return cache->count < CACHE_FRAMES ? cache->count : CACHE_FRAMES;
}

static uint32_t times_in(const struct cache *cache, uint64_t frame)
{
    uint32_t times = 0;

    for (uint64_t k = 0; k < cache_count(cache); k++)
        times += cache->frames[k] == frame;
    return times;
}

/* A worker's cache a step. */
bool audit_caches(struct turn *turn)
{
    uint32_t worker = (uint32_t)turn->audit->place++;
    const struct cache *cache = &turn->worker->keep->caches[worker];
    uint64_t room = worker < turn->worker->keep->workers ? CACHE_FRAMES : 0;

    if (cache->count > room)
        audit_tell(turn, AUDIT_FAULT_CACHE_COUNT, worker, room, cache->count);
    for (uint64_t k = 0; k < cache_count(cache) && k < room; k++) {
        const struct slot *slot = audit_slot(turn->worker, cache->frames[k]);
        uint64_t should = kind_word(KIND_NONE, FLAG_CACHED + worker, ACCOUNT_NOBODY);
        audit_same(turn, AUDIT_FAULT_CACHE_FRAME, worker, should,
                   slot != NULL ? atomic_load_relaxed(&slot->kind_word) : cache->frames[k]);
    }
    turn->steps += (uint32_t)cache_count(cache);
    return worker + 1 == WORKERS_MAX;
}

uint64_t audit_cached(struct turn *turn, uint64_t frame, const struct slot *slot)
{
    uint64_t word = atomic_load_relaxed(&slot->kind_word);
    uint64_t worker = kind_word_flags(word) - FLAG_CACHED;
    uint64_t where = frame * FRAME_SIZE;
    bool possible = worker < turn->worker->keep->workers && worker < WORKERS_MAX &&
                    word == kind_word(KIND_NONE, FLAG_CACHED + worker, ACCOUNT_NOBODY);

    if (!possible) {
        audit_tell(turn, AUDIT_FAULT_FLAGS, where, 0, word);
        return frame + 1;
    }
    struct audit_facts facts = audit_ask(turn, frame);
    check_nobodys(turn, where, &facts);
    if (audit_same(turn, AUDIT_FAULT_COUNT, where, REF_COUNT_UNUSED, atomic_load_relaxed(&slot->ref_count)))
        audit_same(turn, AUDIT_FAULT_IN_LIST, where, 0, atomic_load_relaxed(&slot->in_list));
    audit_same(turn, AUDIT_FAULT_CACHED, where, 1, times_in(&turn->worker->keep->caches[worker], frame));
    turn->audit->tally.cached[worker] += 1;
    return frame + 1;
}

/* --- lists of blocks -------------------------------------------------------------------------------------------------- */

/* The next list of blocks. */
static bool chain_ends(struct turn *turn)
{
    struct audit *audit = turn->audit;

    audit->chain = FRAME_NONE;
    audit->chain_before = 0; /* 1: within a list */
    audit->place += 1;
    return audit->place == ZONES * BUDDY_ORDERS;
}

/* A block a step, from the first one on. Wrong links are told where the blocks are looked at, here they end the way; so does a change
 * since the walk began, after which lengths are not compared. */
bool audit_chains(struct turn *turn)
{
    struct audit *audit = turn->audit;
    uint32_t zone = (uint32_t)audit->place / BUDDY_ORDERS;
    uint32_t order = (uint32_t)audit->place % BUDDY_ORDERS;
    uint64_t *count = &audit->tally.chained[zone][order];
    uint64_t first = turn->worker->keep->buddy.first[zone][order];

    if (audit->chain_before == 0) {
        if (first != FRAME_NONE && block_slot(turn, first, zone, order) == NULL)
            audit_tell(turn, AUDIT_FAULT_BLOCK_FIRST, zone * 256 + order, FRAME_NONE, first);
        audit->chain = first;
        audit->chain_before = 1;
    }
    if (!audit->thorough || audit->disturbed || audit->chain == FRAME_NONE || *count > turn->worker->window.frame_count)
        return chain_ends(turn);
    const struct slot *slot = block_slot(turn, audit->chain, zone, order);
    if (slot == NULL)
        return chain_ends(turn);
    *count += 1;
    audit->chain = slot->storage[BLOCK_NEXT];
    return false;
}
