#include "tests/host/stop_calls.h"

#include "servers/frameserv/core/lists.h"
#include <quire/kinds.h>

#define ALL_SERVICES (SERVICE_RIGHT_CLAIM | SERVICE_RIGHT_LOOKUP | SERVICE_RIGHT_DEVICE)

static const struct {
    const char *name;
    uint32_t modes;
    uint32_t want;
} operations[MESSAGES] = {
#define M(name) (1 << MODE_##name)
#define MESSAGE(number, NAME, name, modes, want, idempotent, in, out, errors, text)                                    \
    [number] = {#name, modes, ACTION_##want},
#include <quire/messages.def>
#undef MESSAGE
#undef M
};

const char *stop_operation_name(uint32_t operation)
{
    return operations[operation].name;
}

struct stop_call stop_call_make(uint32_t operation, uint32_t mode, enum action want, uint32_t handle)
{
    return (struct stop_call){.operation = operation,
                              .mode = mode,
                              .want = want,
                              .count = mode == MODE_NONE && want == ACTION_NONE ? 0 : 1,
                              .account = handle != STOP_NO_HANDLE ? stop_ledger.handles[handle].account : 1,
                              .services = ALL_SERVICES,
                              .handles = {handle},
                              .other = STOP_NO_HANDLE};
}

static bool chance(struct random *random, uint32_t of)
{
    return random_below(random, of) == 0;
}

static uint64_t any_address(struct random *random, const struct world *world)
{
    uint64_t address = random_below(random, world->window.frame_count) * FRAME_SIZE;

    if (chance(random, 20))
        return chance(random, 2) ? address + 1 : UINT64_MAX - address;
    return address;
}

/* The address of a frame that is not in use, mostly. */
static uint64_t unused_address(struct random *random, struct world *world)
{
    uint64_t address = any_address(random, world);

    for (uint32_t k = 0; k < 8 && address % FRAME_SIZE == 0 && address / FRAME_SIZE < world->window.frame_count; k++) {
        uint64_t frame = address / FRAME_SIZE;
        if (window_has_slot(&world->window, frame) && world_slot(world, frame)->ref_count == REF_COUNT_UNUSED)
            break;
        address = any_address(random, world);
    }
    return address;
}

/* The address of a frame in use. */
static uint64_t used_address(struct random *random, const struct world *world)
{
    uint64_t frame = stop_ledger.handles[random_below(random, STOP_HANDLES)].frame;

    return frame != 0 && !chance(random, 4) ? frame * FRAME_SIZE : any_address(random, world);
}

/* Of a frame in the list that is lent, if it has one. */
static uint64_t listed_address(struct random *random, struct world *world, const struct stop_call *call)
{
    uint32_t lent = call->mode == MODE_ATTACH ? call->other : call->handles[0];
    uint64_t first = random_below(random, world->window.frame_count);

    if (lent == STOP_NO_HANDLE || call->count == 0)
        return LIST_GHOST;
    for (uint64_t k = 0; k < world->window.frame_count && !chance(random, 500); k++) {
        uint64_t frame = (first + k) % world->window.frame_count;
        if (stop_ledger.moved_by[frame] != 0 && stop_ledger.count[frame] == 0 &&
            world_slot(world, frame)->in_list ==
                world_slot(world, stop_ledger.handles[lent].frame)->storage[LIST_WORD_ID])
            return frame * FRAME_SIZE;
    }
    return chance(random, 2) ? LIST_GHOST : any_address(random, world);
}

/* A handle of an account, of a kind if there is one (KIND_NONE: any); STOP_NO_HANDLE: it has none. */
static uint32_t any_handle(struct random *random, uint32_t account, uint64_t kind)
{
    uint32_t first = (uint32_t)random_below(random, STOP_HANDLES);
    uint32_t found = STOP_NO_HANDLE;

    for (uint32_t k = 0; k < STOP_HANDLES; k++) {
        uint32_t index = (first + k) % STOP_HANDLES;
        if (stop_ledger.handles[index].account != account)
            continue;
        found = index;
        if (kind == KIND_NONE || (stop_ledger.kinds[stop_ledger.handles[index].frame] == kind &&
                                  (stop_ledger.handles[index].rights == RIGHTS_FRAME || chance(random, 8))))
            break;
    }
    return found;
}

/* A handle of an account to a frame that can become a member of a list. */
static uint32_t any_owner(struct random *random, struct world *world, uint32_t account)
{
    uint32_t first = (uint32_t)random_below(random, STOP_HANDLES);

    for (uint32_t k = 0; k < STOP_HANDLES; k++) {
        uint32_t index = (first + k) % STOP_HANDLES;
        const struct stop_handle *entry = &stop_ledger.handles[index];
        const struct slot *slot = world_slot(world, entry->frame);
        if (entry->account == account && slot->ref_count == REF_COUNT_UNIQUE && entry->rights == RIGHTS_FRAME &&
            kind_word_kind(slot->kind_word) == KIND_UNTYPED && (slot->storage[3] | slot->storage[4]) == 0)
            return index;
    }
    return any_handle(random, account, KIND_UNTYPED);
}

static uint64_t draw_flags(struct random *random)
{
    uint64_t flags = chance(random, 3) ? ALLOC_UNIQUE : 0;

    if (chance(random, 3))
        flags |= ALLOC_CONTIGUOUS;
    if (chance(random, 6))
        flags |= ALLOC_LOW;
    if (chance(random, 8))
        flags |= random_below(random, 6) * ALLOC_ALIGN_UNIT;
    return chance(random, 30) ? random_word(random) : flags;
}

static uint32_t draw_rights(struct random *random)
{
    return chance(random, 3) ? (uint32_t)random_below(random, RIGHTS_FRAME + 1) : RIGHTS_FRAME;
}

static uint32_t draw_kind(struct random *random)
{
    static const uint8_t kinds[] = {KIND_UNTYPED, KIND_LIST,         KIND_LIST,
                                    KIND_RECORD,  KIND_HANDLE_TABLE, KIND_PAGE_TABLE};

    return chance(random, 10) ? (uint32_t)random_below(random, 20) : kinds[random_below(random, sizeof(kinds))];
}

static uint64_t draw_limit(struct random *random)
{
    return chance(random, 8) ? ACCOUNT_UNLIMITED : random_below(random, 40);
}

/* Of one that is open, mostly. */
static uint64_t draw_account(struct random *random, const struct world *world)
{
    for (uint32_t k = 0; k < 10; k++) {
        uint32_t number = stop_ledger.accounts[random_below(random, stop_ledger.account_count)];
        if (account_is(&world->keep->accounts[account_place(number)], number))
            return number;
    }
    return random_below(random, 600);
}

static void draw_words(struct random *random, struct world *world, struct stop_call *call)
{
    uint64_t *words = call->words;

    for (uint32_t k = 0; k < MESSAGE_WORDS; k++)
        words[k] = 0;
    switch (call->operation) {
    case MESSAGE_ALLOC:
        words[0] = chance(random, 2) ? 0 : draw_flags(random);
        break;
    case MESSAGE_CLAIM:
        words[0] = unused_address(random, world);
        words[1] = chance(random, 3) ? CLAIM_UNIQUE : 0;
        break;
    case MESSAGE_LOOKUP:
        words[0] = used_address(random, world);
        words[1] = chance(random, 4) ? draw_rights(random) : RIGHT_READ | RIGHT_CLONE;
        break;
    case MESSAGE_CLONE:
        words[0] = draw_rights(random);
        break;
    case MESSAGE_REPURPOSE:
    case MESSAGE_CHECK:
        words[0] = draw_kind(random);
        break;
    case MESSAGE_INFO:
    case MESSAGE_SURVEY:
        words[0] = any_address(random, world);
        break;
    case MESSAGE_STATISTICS:
        words[0] = random_below(random, 2);
        words[1] = chance(random, 2) ? draw_account(random, world) : 0;
        break;
    case MESSAGE_SET_METADATA: /* of which the last two stand against a list */
        for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
            words[k] = chance(random, k < 3 ? 2 : 8) ? random_word(random) : 0;
        break;
    case MESSAGE_LIST_PUSH:
        words[0] = chance(random, 30)  ? random_below(random, 8)
                   : chance(random, 3) ? LIST_BEFORE
                                       : random_below(random, 2);
        words[1] = listed_address(random, world, call);
        break;
    case MESSAGE_LIST_TAKE:
    case MESSAGE_LIST_LOOK:
        words[0] = random_below(random, chance(random, 10) ? 7 : 5);
        words[1] = listed_address(random, world, call);
        break;
    case MESSAGE_LIST_WRITE:
        words[0] = listed_address(random, world, call);
        for (uint32_t k = 1; k < 4; k++)
            words[k] = random_word(random);
        break;
    case MESSAGE_ACCOUNT_OPEN:
        words[0] = draw_limit(random);
        words[1] = draw_limit(random) / 4;
        words[2] = chance(random, 4) ? SERVICE_RIGHT_LOOKUP : 0;
        break;
    case MESSAGE_ACCOUNT_LIMIT:
    case MESSAGE_ACCOUNT_CLOSE:
        words[0] = draw_account(random, world);
        words[1] = draw_limit(random);
        words[2] = draw_limit(random) / 4;
        break;
    case MESSAGE_WHOHAS:
        words[0] = chance(random, 2) ? draw_account(random, world) : 0;
        words[1] = chance(random, 2) ? any_address(random, world) : 0;
        break;
    default:
        break;
    }
}

static enum kind kind_of(uint32_t handle)
{
    return stop_ledger.kinds[stop_ledger.handles[handle].frame];
}

/* The kind of frame that an operation is about. */
static uint64_t kind_for(struct random *random, uint32_t operation)
{
    switch (operation) {
    case MESSAGE_LIST_TAKE:
    case MESSAGE_LIST_LOOK:
    case MESSAGE_LIST_WRITE:
    case MESSAGE_LIST_CLEAR:
        return KIND_LIST;
    case MESSAGE_SET_METADATA:
    case MESSAGE_SHARE:
        return KIND_UNTYPED;
    case MESSAGE_DROP:
    case MESSAGE_ADOPT:
        return random_below(random, 3) == 0 ? draw_kind(random) : KIND_NONE;
    default:
        return KIND_NONE;
    }
}

static void draw_handles(struct random *random, struct world *world, struct stop_call *call)
{
    static const uint64_t runs = 1 << MESSAGE_LOOKUP | 1 << MESSAGE_CLONE | 1 << MESSAGE_UNIQUE | 1 << MESSAGE_SHARE |
                                 1 << MESSAGE_CHECK | 1 << MESSAGE_DROP;
    bool run = (runs >> call->operation & 1) && random_below(random, 3) == 0;
    uint32_t mean = chance(random, 4) ? 24 : 4;
    uint32_t first = any_handle(random, call->account, kind_for(random, call->operation));

    if ((call->mode == MODE_ATTACH || call->operation == MESSAGE_SET_METADATA) && !chance(random, 8))
        first = any_owner(random, world, call->account);
    call->count = 0;
    if (first == STOP_NO_HANDLE || (call->mode == MODE_DROP && kind_of(first) == KIND_ENDPOINT)) /* that is to stay */
        return;
    call->handles[call->count++] = first;
    for (uint32_t k = 1; run && k < STOP_HANDLES && call->count < STOP_RUN && !chance(random, mean); k++) {
        uint32_t index = (first + k) % STOP_HANDLES;
        const struct stop_handle *entry = &stop_ledger.handles[index];
        if (entry->account != call->account)
            continue;
        enum kind kind = kind_of(index);
        if (call->mode != MODE_DROP || (!kind_reads(kind) && kind != KIND_ENDPOINT))
            call->handles[call->count++] = index;
    }
    if (call->mode == MODE_ATTACH)
        call->other = any_handle(random, call->account, chance(random, 20) ? KIND_NONE : KIND_LIST);
}

/* What comes up more often, since there is more to it. */
static uint32_t draw_operation(struct random *random)
{
    static const uint8_t often[] = {MESSAGE_ALLOC,     MESSAGE_ALLOC,      MESSAGE_ALLOC,        MESSAGE_DROP,
                                    MESSAGE_DROP,      MESSAGE_CLONE,      MESSAGE_UNIQUE,       MESSAGE_REPURPOSE,
                                    MESSAGE_LIST_PUSH, MESSAGE_LIST_PUSH,  MESSAGE_LIST_PUSH,    MESSAGE_LIST_TAKE,
                                    MESSAGE_REVOKE,    MESSAGE_LIST_CLEAR, MESSAGE_ACCOUNT_OPEN, MESSAGE_ADOPT};

    return chance(random, 2) ? often[random_below(random, sizeof(often))] : (uint32_t)random_below(random, MESSAGES);
}

void stop_draw(struct random *random, struct world *world, struct stop_call *call)
{
    uint32_t operation = draw_operation(random);

    if (operation == MESSAGE_AUDIT) /* what it remembers from turn to turn is not kept: after a kill it says Again */
        operation = MESSAGE_NOTHING;
    *call = (struct stop_call){.operation = operation, .want = operations[operation].want, .other = STOP_NO_HANDLE};
    do {
        call->mode = (uint32_t)random_below(random, 5);
    } while (!(operations[operation].modes >> call->mode & 1));
    call->account = chance(random, 5) ? (uint32_t)draw_account(random, world) : stop_ledger.accounts[0];
    if (operation >= MESSAGE_LIST_PUSH && operation <= MESSAGE_LIST_CLEAR && !chance(random, 8))
        call->account = stop_ledger.accounts[0];
    call->services = chance(random, 10) ? (uint32_t)random_below(random, ALL_SERVICES) : ALL_SERVICES;
    if (call->mode != MODE_NONE)
        draw_handles(random, world, call);
    else if (call->want == ACTION_GRANT)
        call->count = chance(random, 2) ? 1 : (uint32_t)random_below(random, chance(random, 4) ? STOP_RUN + 1 : 8);
    else
        call->count = call->want != ACTION_NONE;
    if (operation == MESSAGE_CLAIM && call->count > 8)
        call->count = (uint32_t)random_below(random, 9);
    draw_words(random, world, call);
    if (chance(random, 12))
        call->refusal = ERROR_NO_ROOM;
    if (chance(random, 100))
        call->want = (uint32_t)random_below(random, 8);
}
