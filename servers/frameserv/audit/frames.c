/* All frames, one after the other: whose they are by their slots, and by what the kernel keeps. */
#include "servers/frameserv/audit/parts.h"
#include "servers/frameserv/core/lists.h"
#include <quire/kinds.h>

#define PASS_STEPS 4

/* Frames that nobody pays for, and that are in no block and no cache, are told as rows. */
static void lose(struct turn *turn, uint64_t frame, uint64_t count)
{
    struct audit *audit = turn->audit;

    if (audit->lost_count == 0)
        audit->lost = frame;
    audit->lost_count += count;
}

static void tell_lost(struct turn *turn)
{
    struct audit *audit = turn->audit;

    if (audit->lost_count != 0)
        audit_tell(turn, AUDIT_FAULT_LOST, audit->lost * FRAME_SIZE, 0, audit->lost_count);
    audit->lost_count = 0;
}

static bool payer_is_good(const struct turn *turn, uint64_t payer)
{
    if (payer == ACCOUNT_SYSTEM)
        return true;
    if (payer >= ACCOUNTS || payer == ACCOUNT_NOBODY)
        return false;
    uint64_t state = turn->worker->keep->accounts[payer].state;
    return account_is_open(state) || account_is_closed(state);
}

/* What boot set aside. */
static void check_set_aside(const struct turn *turn, uint64_t frame, const struct slot *slot, uint64_t word,
                            const struct audit_facts *facts)
{
    static const enum kind kinds[REGION_TYPES] = {
#define REGION(number, NAME, name, kind, slots) [number] = KIND_##kind,
#include <quire/regions.def>
#undef REGION
    };
    enum region_type type = turn->worker->window.regions[audit_region(turn->worker, frame)].type;
    uint64_t where = frame * FRAME_SIZE;

    if (!audit_same(turn, AUDIT_FAULT_KIND, where, kinds[type], kind_word_kind(word)))
        return;
    audit_same(turn, AUDIT_FAULT_COUNT, where, 1, atomic_load_relaxed(&slot->ref_count));
    audit_same(turn, AUDIT_FAULT_PAYER, where, ACCOUNT_SYSTEM, kind_word_payer(word));
    audit_same(turn, AUDIT_FAULT_HOLDER, where, LEDGER_KERNEL, facts->state);
    audit_same(turn, AUDIT_FAULT_IN_LIST, where, 0, atomic_load_relaxed(&slot->in_list));
}

/* Handles exist. */
static void check_handles(const struct turn *turn, uint64_t frame, const struct slot *slot, uint64_t word,
                          const struct audit_facts *facts)
{
    uint64_t count = atomic_load_relaxed(&slot->ref_count);
    uint64_t where = frame * FRAME_SIZE;
    bool one = facts->handles == 1;

    audit_same(turn, AUDIT_FAULT_KIND, where, facts->kind, kind_word_kind(word));
    if (!kind_is_shareable(facts->kind))
        audit_same(turn, AUDIT_FAULT_COUNT, where, REF_COUNT_UNIQUE, count);
    else if (!(one && count == REF_COUNT_UNIQUE))
        audit_same(turn, AUDIT_FAULT_COUNT, where, facts->handles, count);
    audit_same(turn, AUDIT_FAULT_IN_LIST, where, 0, atomic_load_relaxed(&slot->in_list));
}

/* A neighbour in the list names the frame in turn; where there is none, a list that can't be found from here should. */
static void check_neighbour(const struct turn *turn, uint64_t frame, const struct slot *slot, uint32_t to,
                            uint32_t back)
{
    uint64_t link = slot->storage[to];
    const struct slot *other = link != 0 ? audit_slot(turn->worker, link - 1) : NULL;

    if (link == 0)
        return;
    if (other == NULL || atomic_load_relaxed(&other->in_list) != atomic_load_relaxed(&slot->in_list))
        audit_tell(turn, AUDIT_FAULT_MEMBER_LINK, frame * FRAME_SIZE, frame + 1, link);
    else
        audit_same(turn, AUDIT_FAULT_MEMBER_LINK, frame * FRAME_SIZE, frame + 1, other->storage[back]);
}

/* No handle exists: it is a member of a list, or a list that ended. */
static void check_listed(const struct turn *turn, uint64_t frame, const struct slot *slot, uint64_t word,
                         const struct audit_facts *facts)
{
    uint64_t list = atomic_load_relaxed(&slot->in_list);
    uint64_t where = frame * FRAME_SIZE;
    bool dying = kind_word_kind(word) == KIND_LIST && list == LIST_DYING;

    if (list == 0) {
        audit_same(turn, AUDIT_FAULT_COUNT, where, 0, atomic_load_relaxed(&slot->ref_count));
        return;
    }
    audit_same(turn, AUDIT_FAULT_COUNT, where, REF_COUNT_UNIQUE, atomic_load_relaxed(&slot->ref_count));
    audit_same(turn, AUDIT_FAULT_HOLDER, where, dying ? LEDGER_FREE : LEDGER_SERVER, facts->state);
    if (dying || !audit_same(turn, AUDIT_FAULT_KIND, where, KIND_UNTYPED, kind_word_kind(word)))
        return;
    if (list > turn->worker->keep->lists.last_id)
        audit_tell(turn, AUDIT_FAULT_IN_LIST, where, turn->worker->keep->lists.last_id, list);
    check_neighbour(turn, frame, slot, MEMBER_NEXT, MEMBER_PREVIOUS);
    check_neighbour(turn, frame, slot, MEMBER_PREVIOUS, MEMBER_NEXT);
    turn->audit->tally.members += 1;
}

static void check_charged(struct turn *turn, uint64_t frame, const struct slot *slot, uint64_t word)
{
    struct audit_tally *tally = &turn->audit->tally;
    uint64_t payer = kind_word_payer(word);
    uint64_t where = frame * FRAME_SIZE;

    if (payer_is_good(turn, payer)) {
        tally->frames[payer] += 1;
        tally->tables[payer] += kind_word_kind(word) == KIND_HANDLE_TABLE;
    } else {
        audit_tell(turn, AUDIT_FAULT_PAYER, where, ACCOUNT_NOBODY, payer);
    }
    struct audit_facts facts = audit_ask(turn, frame);
    if (kind_word_flags(word) != 0)
        audit_tell(turn, AUDIT_FAULT_FLAGS, where, word - kind_word_flags(word) * 65536, word);
    if (!facts.known)
        return;
    if (facts.handles > 0) {
        check_handles(turn, frame, slot, word, &facts);
    } else if (kind_is_set_aside(kind_word_kind(word))) {
        check_set_aside(turn, frame, slot, word, &facts);
        return;
    } else {
        check_listed(turn, frame, slot, word, &facts);
    }
    tally->used += 1;
    tally->handles += facts.handles;
    if (kind_word_kind(word) == KIND_LIST)
        audit_list(turn, frame, slot);
}

/* A device's frame that nobody has. */
static void check_device(struct turn *turn, uint64_t frame, const struct slot *slot)
{
    uint64_t where = frame * FRAME_SIZE;
    struct audit_facts facts = audit_ask(turn, frame);

    if (facts.known)
        audit_same(turn, AUDIT_FAULT_HOLDER, where, LEDGER_DEVICE, facts.state);
    audit_same(turn, AUDIT_FAULT_COUNT, where, REF_COUNT_UNUSED, atomic_load_relaxed(&slot->ref_count));
    audit_same(turn, AUDIT_FAULT_IN_LIST, where, 0, atomic_load_relaxed(&slot->in_list));
}

/* A frame that has a slot. Returns the first frame behind what it begins. */
static uint64_t look(struct turn *turn, uint64_t frame, enum region_type type)
{
    const struct slot *slot = &turn->worker->window.slots[frame];
    uint64_t word = atomic_load_relaxed(&slot->kind_word);
    uint64_t flags = kind_word_flags(word);
    uint64_t end = frame + 1;

    if (kind_word_payer(word) == ACCOUNT_NOBODY && (flags & (FLAG_BLOCK | FLAG_CACHED)) == 0 &&
        type != REGION_FRAMEBUFFER) {
        lose(turn, frame, 1);
        return end;
    }
    tell_lost(turn);
    if (kind_word_payer(word) != ACCOUNT_NOBODY)
        check_charged(turn, frame, slot, word);
    else if (word == kind_word(KIND_DEVICE, 0, ACCOUNT_NOBODY) && type == REGION_FRAMEBUFFER)
        check_device(turn, frame, slot);
    else if (type == REGION_FRAMEBUFFER)
        audit_tell(turn, AUDIT_FAULT_KIND, frame * FRAME_SIZE, kind_word(KIND_DEVICE, 0, ACCOUNT_NOBODY), word);
    else
        end = (flags & FLAG_BLOCK) != 0 ? audit_block(turn, frame, slot) : audit_cached(turn, frame, slot);
    return end;
}

/* Passes over frames whose slots nobody ever touched. Returns the first that is to be looked at. */
static uint64_t pass(struct turn *turn, uint64_t frame, uint64_t end, enum region_type type)
{
    struct audit *audit = turn->audit;
    enum ledger_state state = type == REGION_USABLE        ? LEDGER_FREE
                              : type == REGION_FRAMEBUFFER ? LEDGER_DEVICE
                                                           : LEDGER_KERNEL;
    struct ledger_pass pass;
    uint64_t to = frame;

    turn->steps += PASS_STEPS;
    if (turn->worker->kernel->audit_pass(frame, end, state, &pass) != ERROR_NONE || pass.frame < frame ||
        pass.frame > end) { /* not to be believed */
        audit->known = end;
        return frame;
    }
    to = pass.frame;
    if (pass.slot) {
        uint64_t page = pass.frame - pass.frame % SLOTS_PER_PAGE;
        to = page > frame ? page : frame;
        audit->known = page + SLOTS_PER_PAGE;
    } else if (pass.state != LEDGER_ABSENT) {
        audit->known = pass.frame + 1; /* somebody holds it although its slot was never touched */
    }
    if (type == REGION_USABLE && to > frame)
        lose(turn, frame, to - frame);
    else if (type != REGION_FRAMEBUFFER)
        audit->tally.frames[ACCOUNT_SYSTEM] += to - frame;
    return to;
}

/* A step from a frame on. Returns the first behind what it looked at. */
static uint64_t walk(struct turn *turn, uint64_t frame)
{
    struct audit *audit = turn->audit;
    const struct boot_region *region = &turn->worker->window.regions[audit->region];
    uint64_t region_end = (region->base + region->size) / FRAME_SIZE;
    uint64_t end = region_end;

    if (!audit_has_slots(region->type) || region->type == REGION_METADATA) {
        tell_lost(turn);
        if (region->type == REGION_METADATA)
            audit->tally.frames[ACCOUNT_SYSTEM] += region_end - frame;
        return region_end;
    }
    if (audit_is_fresh(turn->worker, frame, region->type, &end)) {
        tell_lost(turn);
        end = end < region_end ? end : region_end;
        audit->tally.free[frame < ZONE_HIGH_FIRST_FRAME ? ZONE_LOW : ZONE_HIGH] += end - frame;
        if (audit->thorough) {
            audit->inside = frame;
            audit->inside_end = end;
        }
        return end;
    }
    if (frame < audit->known)
        return look(turn, frame, region->type);
    end = (frame / GRANULE_FRAMES + 1) * GRANULE_FRAMES;
    return pass(turn, frame, end < region_end ? end : region_end, region->type);
}

bool audit_frames(struct turn *turn)
{
    struct audit *audit = turn->audit;
    const struct window *window = &turn->worker->window;

    if (audit->list.frame != FRAME_NONE) {
        audit_members(turn);
        return false;
    }
    if (audit->inside < audit->inside_end) {
        audit_inside(turn);
        return false;
    }
    while (audit->region + 1 < window->region_count &&
           audit->place >= window->regions[audit->region + 1].base / FRAME_SIZE)
        audit->region += 1;
    if (audit->place < window->frame_count) {
        audit->place = walk(turn, audit->place);
        return false;
    }
    tell_lost(turn);
    return true;
}
