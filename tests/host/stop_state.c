#include "tests/host/stop_state.h"

#include "servers/frameserv/core/lists.h"
#include <quire/kinds.h>
#include <string.h>

#define COPY(to, from) memcpy(&(to), &(from), sizeof(to))

void stop_save(struct stop_state *state, const struct world *world)
{
    const struct keep *keep = world->keep;

    state->ledger = stop_ledger;
    state->buddy = keep->buddy;
    COPY(state->accounts, keep->accounts);
    state->accounts_end = keep->accounts_end;
    state->tree_lock = keep->tree_lock;
    memcpy(state->caches, keep->caches, sizeof(state->caches));
    state->log = keep->logs[0];
    state->reversal = keep->reversals[0];
    state->note = keep->notes[0];
    state->lists = keep->lists;
    memcpy(state->records, keep->records, sizeof(state->records));
    memcpy(state->slots, world->window.slots, world->window.frame_count * SLOT_SIZE);
    state->control = world->controls[0];
    memcpy(state->transfer, world->transfers[0], sizeof(state->transfer));
    memcpy(state->view, world->views[0], sizeof(state->view));
}

void stop_restore(const struct stop_state *state, struct world *world)
{
    struct keep *keep = world->keep;

    stop_ledger = state->ledger;
    keep->buddy = state->buddy;
    COPY(keep->accounts, state->accounts);
    keep->accounts_end = state->accounts_end;
    keep->tree_lock = state->tree_lock;
    memcpy(keep->caches, state->caches, sizeof(state->caches));
    keep->logs[0] = state->log;
    keep->reversals[0] = state->reversal;
    keep->notes[0] = state->note;
    keep->lists = state->lists;
    memcpy(keep->records, state->records, sizeof(state->records));
    memcpy(world->window.slots, state->slots, world->window.frame_count * SLOT_SIZE);
    world->controls[0] = state->control;
    memcpy(world->transfers[0], state->transfer, sizeof(state->transfer));
    memcpy(world->views[0], state->view, sizeof(state->view));
}

static void compare_accounts(const struct stop_state *whole, const struct world *world)
{
    for (uint32_t k = 0; k < ACCOUNTS; k++) {
        const struct account *one = &whole->accounts[k];
        const struct account *other = &world->keep->accounts[k];
        expect(memcmp(&one->frames, &other->frames, sizeof(one->frames)) == 0 &&
                   memcmp(&one->tables, &other->tables, sizeof(one->tables)) == 0,
               "account %u: uses %lu of %lu and %lu, not %lu of %lu and %lu", k, other->used, other->limit,
               other->passed, one->used, one->limit, one->passed);
        expect_eq(account_is_open(one->state), account_is_open(other->state));
        expect_eq(account_is_closed(one->state), account_is_closed(other->state));
        expect_eq(account_parent(one->state), account_parent(other->state));
    }
    expect(memcmp(whole->records, world->keep->records, sizeof(whole->records)) == 0, "a record is another");
}

/* Places of handles are those of the call that was not stopped; frames may be others. */
static void compare_ledgers(const struct stop_state *whole, bool renames, uint64_t *renamed)
{
    for (uint32_t k = 0; k < STOP_HANDLES; k++) {
        const struct stop_handle *one = &whole->ledger.handles[k];
        const struct stop_handle *other = &stop_ledger.handles[k];
        expect(one->rights == other->rights && one->account == other->account && one->leaving == other->leaving,
               "handle %u of account %u, rights %x, is of account %u, rights %x", k, one->account, one->rights,
               other->account, other->rights);
        if (one->frame != other->frame) {
            expect(renames, "handle %u is to frame %lu, not %lu", k, other->frame, one->frame);
            renamed[one->frame] = other->frame;
        }
    }
    expect_eq(whole->ledger.account_count, stop_ledger.account_count);
}

static void compare_slot(const struct slot *one, const struct slot *other, uint64_t frame)
{
    bool list = kind_word_kind(one->kind_word) == KIND_LIST;

    if (kind_word_payer(one->kind_word) == ACCOUNT_NOBODY && kind_word_payer(other->kind_word) == ACCOUNT_NOBODY)
        return;
    expect(one->ref_count == other->ref_count, "frame %lu: count %lx, not %lx", frame, other->ref_count,
           one->ref_count);
    expect(one->kind_word == other->kind_word, "frame %lu: kind word %lx, not %lx", frame, other->kind_word,
           one->kind_word);
    expect(one->in_list == other->in_list, "frame %lu: list %lx, not %lx", frame, other->in_list, one->in_list);
    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
        expect(one->storage[k] == other->storage[k] || (list && k == LIST_WORD_ID),
               "frame %lu: word %u is %lx, not %lx", frame, k, other->storage[k], one->storage[k]);
}

static uint64_t free_frames(const struct buddy *buddy, const struct cache *caches)
{
    uint64_t count = buddy_free_frames(buddy);

    for (uint32_t k = 0; k < WORLD_WORKERS; k++)
        count += caches[k].count;
    return count;
}

void stop_compare(const struct stop_state *whole, struct world *world, bool renames)
{
    uint64_t renamed[STOP_FRAMES];
    bool other[STOP_FRAMES] = {false};

    for (uint64_t frame = 0; frame < STOP_FRAMES; frame++)
        renamed[frame] = frame;
    compare_ledgers(whole, renames, renamed);
    for (uint64_t frame = 0; frame < world->window.frame_count; frame++)
        other[renamed[frame]] |= renamed[frame] != frame;
    for (uint64_t frame = 0; frame < world->window.frame_count; frame++) {
        if (!window_has_slot(&world->window, frame) || (other[frame] && renamed[frame] == frame))
            continue;
        compare_slot(&whole->slots[frame], world_slot(world, renamed[frame]), renamed[frame]);
        expect_eq(whole->ledger.count[frame], stop_ledger.count[renamed[frame]]);
        if (whole->slots[frame].in_list != 0)
            expect_eq(whole->ledger.moved_by[frame], stop_ledger.moved_by[renamed[frame]]);
    }
    compare_accounts(whole, world);
    expect_eq(free_frames(&whole->buddy, whole->caches), free_frames(&world->keep->buddy, world->keep->caches));
    expect_eq(whole->lists.dying, world->keep->lists.dying);
    expect_eq(world->controls[0].view_frame, 0);
}

static void check_frame(const struct slot *slot, uint64_t frame)
{
    uint64_t kind = kind_word_kind(slot->kind_word);
    uint32_t handles = stop_ledger.count[frame];

    if (handles > 0) {
        expect(slot->ref_count == handles || (handles == 1 && slot->ref_count == REF_COUNT_UNIQUE),
               "frame %lu: %u handles, count %lx", frame, handles, slot->ref_count);
        expect_eq(kind, stop_ledger.kinds[frame]);
        expect_eq(slot->in_list, 0);
    } else if (slot->ref_count != REF_COUNT_UNUSED && kind_word_payer(slot->kind_word) != ACCOUNT_SYSTEM) {
        expect(slot->ref_count == REF_COUNT_UNIQUE && slot->in_list != 0, "frame %lu is stuck: count %lx, list %lx",
               frame, slot->ref_count, slot->in_list);
        expect(kind == KIND_LIST || (kind == KIND_UNTYPED && stop_ledger.moved_by[frame] != 0),
               "frame %lu is in a list: kind %lu, moved by %u", frame, kind, stop_ledger.moved_by[frame]);
    }
}

uint64_t stop_check(struct world *world)
{
    struct world_census census = world_check(world);

    for (uint64_t frame = 0; frame < world->window.frame_count; frame++)
        if (window_has_slot(&world->window, frame))
            check_frame(world_slot(world, frame), frame);
    return census.in_blocks + census.in_caches + census.fresh;
}
