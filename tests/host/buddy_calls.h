/* The buddy of a world as tests call it: requests as the allocator makes them, with ACCOUNT_SYSTEM for a payer. */
#ifndef TESTS_HOST_BUDDY_CALLS_H
#define TESTS_HOST_BUDDY_CALLS_H

#include "servers/frameserv/core/account.h"
#include "servers/frameserv/core/buddy.h"
#include "tests/host/frames_world.h"

static struct world *world;
static struct buddy *buddy;
static struct undo_log *undo;
static uint64_t longest; /* transaction so far */

static inline void create(struct world *made)
{
    world = made;
    buddy = &world->keep->buddy;
    undo = &world->keep->logs[0];
}

/* Marks frames as the test's own, as the allocator does for a payer. */
static inline void own(struct transaction *transaction, uint64_t frame, uint64_t size)
{
    for (uint64_t k = 0; k < size; k++) {
        struct slot *slot = world_slot(world, frame + k);
        if (size <= 16)
            wr(transaction, &slot->kind_word, kind_word(KIND_UNTYPED, 0, ACCOUNT_SYSTEM));
        else
            slot->kind_word = kind_word(KIND_UNTYPED, 0, ACCOUNT_SYSTEM);
        slot->ref_count = 1;
        slot->storage[0] = slot->storage[1] = 0x1234; /* a client's */
    }
    world->keep->accounts[ACCOUNT_SYSTEM].used += size;
}

static inline void commit(struct transaction *transaction)
{
    if (transaction->length > longest)
        longest = transaction->length;
    transaction_commit(transaction);
}

static inline bool take(uint32_t order, uint64_t *frame)
{
    struct block block;

    if (!buddy_find(buddy, &world->window, undo, order, false, &block))
        return false;
    struct transaction transaction = transaction_begin(undo);
    buddy_take(buddy, &world->window, &transaction, block, block.frame, order);
    own(&transaction, block.frame, UINT64_C(1) << order);
    commit(&transaction);
    *frame = block.frame;
    return true;
}

static inline bool claim(uint64_t frame, uint32_t order)
{
    struct block block;

    if (!buddy_find_frame(buddy, &world->window, undo, frame, &block) || block.order < order)
        return false;
    struct transaction transaction = transaction_begin(undo);
    buddy_take(buddy, &world->window, &transaction, block, frame, order);
    own(&transaction, frame, UINT64_C(1) << order);
    commit(&transaction);
    return true;
}

static inline void give(uint64_t frame, uint32_t order)
{
    struct transaction transaction = transaction_begin(undo);
    uint64_t size = UINT64_C(1) << order;

    for (uint64_t k = 0; k < size; k++)
        world_slot(world, frame + k)->ref_count = REF_COUNT_UNUSED;
    for (uint64_t k = 1; k < size; k++)
        world_slot(world, frame + k)->kind_word = 0;
    buddy_give(buddy, &world->window, &transaction, frame, order);
    commit(&transaction);
    world->keep->accounts[ACCOUNT_SYSTEM].used -= size;
}

static inline uint32_t free_blocks(uint32_t zone, uint32_t order)
{
    uint32_t count = 0;

    for (uint64_t frame = buddy->first[zone][order]; frame != FRAME_NONE; frame = world_slot(world, frame)->storage[0])
        count += 1;
    return count;
}

#endif
