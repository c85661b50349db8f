#include "tests/fuzz/clients.h"

#include "servers/frameserv/core/accounts.h"
#include "servers/frameserv/core/dispatch.h"
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/lists.h"
#include "servers/frameserv/core/quick.h"
#include "servers/frameserv/core/recover.h"
#include "tests/fuzz/fuzz.h"
#include "tests/host/recover_world.h"
#include <quire/kinds.h>

#define RUN_MAX 32  /* handles that go along with one call */
#define STRIP_MAX 3 /* that the kernel takes away at once: fewer than it may, so that there is more than one turn */

/* What an operation may leave changed only if it succeeds. */
struct state {
    struct slot slots[CLIENT_FRAMES];
    struct account accounts[ACCOUNTS];
    bool dying; /* members of dying lists may end with any call */
};

static struct clients *current; /* whose call is being served */

/* Takes handles to the lent frame away, but for that which was lent. */
static enum error strip(uint64_t *taken, uint64_t *left, uint64_t *total)
{
    const struct client_entry *lent = current->lent;

    *taken = 0;
    for (uint32_t k = 0; k < CLIENT_ENTRIES && *taken < STRIP_MAX; k++) {
        struct client_entry *entry = &current->entries[k];
        if (entry == lent || entry->account == 0 || entry->frame != lent->frame)
            continue;
        *entry = (struct client_entry){0};
        current->handles[lent->frame] -= 1;
        *taken += 1;
    }
    *left = current->handles[lent->frame];
    current->stripped += *taken;
    *total = current->stripped;
    return ERROR_NONE;
}

static enum error holder(uint64_t frame, uint64_t name[3])
{
    must(frame < CLIENT_FRAMES);
    if (current->handles[frame] == 0)
        return ERROR_UNUSED;
    name[0] = frame + 1;
    return ERROR_NONE;
}

static enum error count(uint64_t frame, struct ledger_count *found)
{
    must(frame < CLIENT_FRAMES);
    *found = (struct ledger_count){.handles = current->handles[frame], .kind = current->kinds[frame]};
    return ERROR_NONE;
}

void clients_start(struct clients *clients, struct world *world)
{
    static const struct kernel_calls kernel = {.strip = strip,
                                               .holder = holder,
                                               .count = count,
                                               .hold = audit_world_hold,
                                               .audit = audit_world_ask,
                                               .audit_pass = audit_world_pass};

    must(world->window.frame_count <= CLIENT_FRAMES);
    memset(clients, 0, sizeof(*clients));
    clients->world = world;
    clients->worker = &world->workers[0];
    clients->ledger = audit_world_begin(world);
    clients->worker->kernel = &kernel;
    clients->accounts[clients->account_count++] = 1;
    clients->accounts[clients->account_count++] = 2;
    current = clients;
}

uint64_t clients_listed(const struct clients *clients, uint32_t number)
{
    uint64_t listed[CLIENT_FRAMES];
    uint32_t count = 0;

    for (uint64_t frame = 0; frame < clients->world->window.frame_count; frame++) {
        if (clients->moved_by[frame] != 0)
            listed[count++] = frame;
    }
    return count > 0 ? listed[number % count] : 0;
}

static void settle_share(struct share *share, struct share *parent)
{
    uint64_t rest = share->limit > share->used ? share->limit - share->used : 0;

    share->limit -= rest;
    parent->passed -= rest;
    if (parent->limit != ACCOUNT_UNLIMITED)
        parent->limit += rest;
}

/* What any call may do to a closed account: give back what it does not use. How often a place was used tells nothing. */
static void settle(struct account *accounts, uint32_t place)
{
    struct account *account = &accounts[place];

    if (account_is_closed(account->state)) {
        struct account *parent = &accounts[account_parent(account->state)];
        settle_share(&account->frames, &parent->frames);
        settle_share(&account->tables, &parent->tables);
    }
    if (!account_is_open(account->state) && account->used == 0)
        account->state = 0;
}

static struct state *state_of(const struct clients *clients)
{
    static struct state states[2];
    static uint32_t next;
    struct state *state = &states[next++ % 2];

    memset(state, 0, sizeof(*state));
    for (uint64_t frame = 0; frame < clients->world->window.frame_count; frame++) {
        if (window_has_slot(&clients->world->window, frame))
            state->slots[frame] = *world_slot(clients->world, frame);
    }
    memcpy(state->accounts, clients->world->keep->accounts, sizeof(state->accounts));
    for (uint32_t k = 1; k < ACCOUNT_SYSTEM; k++)
        settle(state->accounts, k);
    state->dying = lists_are_dying(clients->worker);
    return state;
}

/* Free frames may have changed places within the allocator. */
static void must_be_as_before(const struct clients *clients, const struct state *before)
{
    const struct state *now = state_of(clients);

    for (uint64_t frame = 0; frame < clients->world->window.frame_count; frame++) {
        const struct slot *slot = &before->slots[frame];
        if (before->dying && clients->handles[frame] == 0)
            continue;
        if (slot->ref_count == REF_COUNT_UNUSED)
            must(now->slots[frame].ref_count == REF_COUNT_UNUSED);
        else
            must(memcmp(slot, &now->slots[frame], sizeof(*slot)) == 0);
    }
    must(before->dying || memcmp(before->accounts, now->accounts, sizeof(now->accounts)) == 0);
}

/* The auditor finds nothing. */
static void server_audits(struct clients *clients)
{
    static struct audit_report report;

    for (uint64_t frame = 0; frame < clients->world->window.frame_count; frame++) {
        struct audit_ledger *ledger = &clients->ledger[frame];
        ledger->handles = clients->handles[frame];
        ledger->kind = clients->kinds[frame];
        if (region_kind(window_region(&clients->world->window, frame)->type) == KIND_NONE)
            ledger->state = clients->moved_by[frame] != 0 ? LEDGER_SERVER : LEDGER_FREE;
    }
    audit_world(clients->worker, true, &report);
    must(report.count == 0 && report.judged);
}

/* Slots against the ledger, and all else against each other. */
static void audit(struct clients *clients)
{
    world_check(clients->world);
    for (uint64_t frame = 0; frame < clients->world->window.frame_count; frame++) {
        if (!window_has_slot(&clients->world->window, frame))
            continue;
        const struct slot *slot = world_slot(clients->world, frame);
        uint64_t kind = kind_word_kind(slot->kind_word);
        if (clients->handles[frame] > 0) {
            must(slot->ref_count == clients->handles[frame] ||
                 (clients->handles[frame] == 1 && slot->ref_count == REF_COUNT_UNIQUE));
            must(kind == clients->kinds[frame]);
            must(slot->in_list == 0);
        } else if (slot->ref_count == REF_COUNT_UNUSED) {
            clients->moved_by[frame] = 0;
        } else if (kind_word_payer(slot->kind_word) != ACCOUNT_SYSTEM) {
            must(slot->ref_count == REF_COUNT_UNIQUE && slot->in_list != 0);
            must(kind == KIND_LIST || (kind == KIND_UNTYPED && clients->moved_by[frame] != 0));
        }
    }
    server_audits(clients);
}

static struct client_entry *empty_entry(struct clients *clients)
{
    for (uint32_t k = 0; k < CLIENT_ENTRIES; k++) {
        if (clients->entries[k].account == 0)
            return &clients->entries[k];
    }
    return NULL;
}

static uint32_t empty_entries(const struct clients *clients)
{
    uint32_t count = 0;

    for (uint32_t k = 0; k < CLIENT_ENTRIES; k++)
        count += clients->entries[k].account == 0;
    return count;
}

static void enter(struct clients *clients, uint64_t frame, uint32_t rights, uint32_t account)
{
    struct client_entry *entry = empty_entry(clients);

    must(entry != NULL);
    *entry = (struct client_entry){frame, rights, account};
    clients->handles[frame] += 1;
}

/* The handle leaves its table. moved: it is the server's then. */
static void leave(struct clients *clients, struct client_entry *entry, bool moved)
{
    uint64_t frame = entry->frame;

    clients->handles[frame] -= 1;
    if (clients->handles[frame] == 0 && moved)
        clients->moved_by[frame] = entry->account;
    if (clients->handles[frame] == 0 && !moved && kind_reads(clients->kinds[frame])) {
        atomic_word *view = (atomic_word *)(uintptr_t)clients->worker->view;
        for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
            view[k] = frame * SLOT_STORAGE_WORDS + k;
        clients->worker->control->view_frame = frame + 1;
    }
    *entry = (struct client_entry){0};
}

/* `count` handles of the account, from the first-th on, counted modulo their number. false: it has not so many. */
static bool choose(struct clients *clients, uint32_t account, uint32_t first, uint32_t count,
                   struct client_entry **chosen)
{
    struct client_entry *own[CLIENT_ENTRIES];
    uint32_t owned = 0;

    for (uint32_t k = 0; k < CLIENT_ENTRIES; k++) {
        if (clients->entries[k].account == account)
            own[owned++] = &clients->entries[k];
    }
    if (owned < count)
        return false;
    for (uint32_t k = 0; k < count; k++)
        chosen[k] = own[(first + k) % owned];
    return true;
}

static uint64_t frame_word(const struct client_entry *entry)
{
    return frame_word_make(entry->frame, entry->rights);
}

static bool borrow(struct clients *clients, const struct client_call *call, struct message *message)
{
    struct client_entry *chosen[RUN_MAX];
    uint32_t count = call->count > 1 ? call->count : 1;
    uint32_t rights = UINT32_MAX;

    if (!choose(clients, call->account, call->entry, count, chosen))
        return false;
    for (uint32_t k = 0; k < count; k++) {
        rights &= chosen[k]->rights;
        if (count > 1)
            clients->worker->transfer[k] = chosen[k]->frame;
    }
    message->r13 = frame_word_make(chosen[0]->frame, rights);
    clients->lent = chosen[0];
    if (count == 1 && call->other_entry % 4 == 0 && choose(clients, call->account, call->other_entry, 1, chosen))
        message->r14 = frame_word(chosen[0]);
    return true;
}

static bool attach(struct clients *clients, const struct client_call *call, struct message *message,
                   struct client_entry *moved)
{
    struct client_entry *chosen;
    struct client_entry *lent;

    if (call->count != 1 || !choose(clients, call->account, call->entry, 1, &chosen) ||
        !choose(clients, call->account, call->other_entry, 1, &lent) || lent == chosen)
        return false;
    if (clients->kinds[chosen->frame] != KIND_UNTYPED || !(chosen->rights & RIGHT_MOVE))
        return false;
    *moved = *chosen;
    message->r13 = frame_word(chosen);
    message->r14 = call->mode == MODE_ATTACH ? frame_word(lent) : 0;
    leave(clients, chosen, true);
    return true;
}

static bool drop(struct clients *clients, const struct client_call *call, struct message *message)
{
    struct client_entry *chosen[RUN_MAX];

    if (call->count == 0 || !choose(clients, call->account, call->entry, call->count, chosen))
        return false;
    for (uint32_t k = 0; k < call->count && call->count > 1; k++) {
        if (kind_reads(clients->kinds[chosen[k]->frame]))
            return false;
    }
    message->r13 = call->count == 1 ? frame_word(chosen[0]) : 0;
    for (uint32_t k = 0; k < call->count; k++) {
        if (call->count > 1)
            clients->worker->transfer[k] = chosen[k]->frame;
        leave(clients, chosen[k], false);
    }
    return true;
}

/* What the kernel does before it delivers. false: it refuses. */
static bool deliver(struct clients *clients, const struct client_call *call, struct message *message,
                    struct client_entry *moved)
{
    bool makes_handles = call->want == ACTION_GRANT || call->want == ACTION_CLONE || call->want == ACTION_HAND_BACK;

    if (makes_handles && empty_entries(clients) < call->count + 1)
        return false;
    memset(clients->worker->control, 0, sizeof(*clients->worker->control));
    *message = (struct message){.rax = rax_make(ERROR_NONE, call->want, call->mode, call->count, 0),
                                .rdi = badge_make(call->account, call->services),
                                .rsi = call->label};
    memcpy(message->words, call->words, sizeof(message->words));
    switch (call->mode) {
    case MODE_NONE:
        return true;
    case MODE_BORROW:
        return borrow(clients, call, message);
    case MODE_MOVE:
    case MODE_ATTACH:
        return attach(clients, call, message, moved);
    case MODE_DROP:
        return drop(clients, call, message);
    default:
        return false;
    }
}

/* Errors that runs are refused with say in word 0 which frame they are about. */
static bool tells_place(const struct client_call *call)
{
    switch (label_operation(call->label)) {
    case MESSAGE_CLAIM:
    case MESSAGE_CLONE:
    case MESSAGE_LOOKUP:
    case MESSAGE_UNIQUE:
    case MESSAGE_SHARE:
    case MESSAGE_CHECK:
        return true;
    default:
        return false;
    }
}

static void check_error(const struct client_call *call, const struct message *message)
{
    must(strcmp(error_name(message->rsi), error_name(UINT64_MAX)) != 0);
    must(rax_action(message->rax) == ACTION_NONE && rax_n(message->rax) == 0);
    must(message->r13 == 0 && message->r14 == 0);
    must(message->words[0] == 0 || (tells_place(call) && message->words[0] < call->count));
    if (message->rsi == ERROR_OVER_LIMIT || message->rsi == ERROR_TOO_MANY_TABLES) {
        const uint64_t *words = message->words; /* whose limit, the limit, used, asked */
        must(words[1] != 0 && (words[3] > words[2] || words[4] > words[2] - words[3]));
        return;
    }
    for (uint32_t k = 1; k < MESSAGE_WORDS; k++)
        must(message->words[k] == 0);
}

/* What a restarted server does before it serves. */
static void restart(struct clients *clients)
{
    struct worker *worker = clients->worker;

    worker->pending = (struct pending){0};
    world_recover(clients->world, worker->kernel, RESTART_PLANNED);
}

static enum kind kind_granted(const struct clients *clients, uint64_t frame)
{
    enum region_type type = window_region(&clients->world->window, frame)->type;

    return region_kind(type) == KIND_DEVICE ? KIND_DEVICE : KIND_UNTYPED;
}

static void grant(struct clients *clients, const struct client_call *call, const struct message *message)
{
    uint32_t count = rax_n(message->rax);
    uint64_t flags = label_operation(call->label) == MESSAGE_ALLOC ? call->words[0] : 0;
    uint64_t first = message->words[0] / FRAME_SIZE;

    must(count == call->count && message->r14 == RIGHTS_FRAME);
    must(first % (UINT64_C(1) << (flags >> ALLOC_ALIGN_SHIFT)) == 0);
    must(label_operation(call->label) != MESSAGE_CLAIM || message->words[0] == call->words[0]);
    for (uint32_t k = 0; k < count; k++) {
        uint64_t frame = count == 1 ? message->r13 / FRAME_SIZE : clients->worker->transfer[k];
        must(frame < clients->world->window.frame_count && clients->handles[frame] == 0);
        must(k > 0 || frame == first);
        must(!(flags & ALLOC_CONTIGUOUS) || frame == first + k);
        must(label_operation(call->label) != MESSAGE_CLAIM || frame == first + k);
        clients->kinds[frame] = kind_granted(clients, frame);
        clients->moved_by[frame] = 0;
        enter(clients, frame, RIGHTS_FRAME, call->account);
    }
}

/* Does the action. false: the kernel refuses it. */
static bool act(struct clients *clients, const struct client_call *call, const struct message *message,
                const atomic_word *lent)
{
    uint64_t frame = message->r13 / FRAME_SIZE;
    uint32_t count = rax_n(message->rax);

    switch (rax_action(message->rax)) {
    case ACTION_GRANT:
        grant(clients, call, message);
        return true;
    case ACTION_CLONE:
        for (uint32_t k = 0; k < count; k++) {
            frame = count == 1 ? frame : lent[k];
            must(frame < clients->world->window.frame_count && clients->handles[frame] > 0);
            must(kind_is_shareable(clients->kinds[frame]) && message->r14 != 0);
            enter(clients, frame, (uint32_t)message->r14, call->account);
        }
        return true;
    case ACTION_CONVERT:
        must(clients->handles[frame] > 0 && kind_is_makeable(message->r14));
        if (clients->handles[frame] > 1)
            return false;
        clients->kinds[frame] = (enum kind)message->r14;
        return true;
    case ACTION_HAND_BACK:
        must(clients->handles[frame] == 0);
        if (clients->moved_by[frame] != call->account)
            return false;
        must(world_slot(clients->world, frame)->storage[MEMBER_NEXT] ==
             0); /* no number of a frame is left for a client */
        must(world_slot(clients->world, frame)->storage[MEMBER_PREVIOUS] == 0);
        clients->moved_by[frame] = 0;
        enter(clients, frame, RIGHTS_FRAME, call->account);
        return true;
    case ACTION_MINT:
        must((badge_rights(message->r14) & ~call->services) == 0 && badge_account(message->r14) == message->words[0]);
        for (uint32_t k = 0; k < clients->account_count; k++)
            must(clients->accounts[k] != badge_account(message->r14));
        if (clients->account_count < CLIENT_ACCOUNTS)
            clients->accounts[clients->account_count++] = badge_account(message->r14);
        return true;
    default:
        return true;
    }
}

/* What a reply of words only says. */
static void check_words(const struct clients *clients, const struct client_call *call, const struct message *message)
{
    const uint64_t *words = message->words;
    uint64_t frame = words[0] / FRAME_SIZE;

    switch (label_operation(call->label)) {
    case MESSAGE_REVOKE:
        must(words[1] == clients->handles[clients->lent->frame]);
        must(words[1] == 1 || words[0] >= 512);
        return;
    case MESSAGE_WHOHAS:
        must(frame < CLIENT_FRAMES && words[0] % FRAME_SIZE == 0 && words[0] >= call->words[1]);
        must(words[1] == 0 || words[1] == (clients->handles[frame] > 0 ? clients->handles[frame] : 1));
        must(words[1] == 0 || words[2] == (clients->handles[frame] > 0 ? frame + 1 : 0));
        must(words[1] == 0 || call->words[0] == 0 ||
             kind_word_payer(world_slot(clients->world, frame)->kind_word) == call->words[0] % ACCOUNTS);
        return;
    default:
        return;
    }
}

void clients_call(struct clients *clients, const struct client_call *call)
{
    struct client_entry moved = {0};
    struct message message;
    atomic_word lent[RUN_MAX];

    must(call->count <= RUN_MAX);
    clients->stripped = 0;
    if (!deliver(clients, call, &message, &moved))
        return;
    memcpy(lent, clients->worker->transfer, sizeof(lent));
    const struct state *before = state_of(clients);
    if (!quick_serve(clients->worker, &message))
        dispatch(clients->worker, &message);
    must(rax_number(message.rax) == SYSTEM_CALL_REPLY_RECEIVE);
    must(rax_action(message.rax) == ACTION_NONE || rax_action(message.rax) == call->want);
    if (message.rsi != ERROR_NONE) {
        must(call->mode != MODE_DROP);
        check_error(call, &message);
        if (moved.account != 0) {
            clients->moved_by[moved.frame] = 0;
            enter(clients, moved.frame, moved.rights, moved.account);
        }
        must_be_as_before(clients, before);
    } else if (rax_action(message.rax) != ACTION_NONE && call->server_is_killed) {
        restart(clients);
        must_be_as_before(clients, before);
    } else if (call->kernel_refuses && rax_action(message.rax) != ACTION_NONE) {
        message.rax = ERROR_REVOKED;
        dispatch_refused(clients->worker, &message);
        must(message.rsi == ERROR_REVOKED);
        must_be_as_before(clients, before);
    } else if (!act(clients, call, &message, lent)) {
        message.rax = ERROR_NOT_WANTED;
        dispatch_refused(clients->worker, &message);
        must(message.rsi == ERROR_NOT_WANTED);
        must_be_as_before(clients, before);
    }
    if (message.rsi == ERROR_NONE && call->mode != MODE_DROP)
        check_words(clients, call, &message);
    audit(clients);
}

void clients_end(struct clients *clients)
{
    struct client_call call = {.mode = MODE_DROP, .count = 1, .label = MESSAGE_DROP};

    for (uint32_t k = 0; k < CLIENT_ENTRIES; k++) {
        call.account = clients->entries[k].account;
        while (clients->entries[k].account != 0)
            clients_call(clients, &call); /* drops the first of the account */
    }
    call = (struct client_call){.mode = MODE_NONE, .label = MESSAGE_STATISTICS, .account = 1};
    for (uint32_t k = 0; lists_are_dying(clients->worker); k++) {
        must(k < CLIENT_FRAMES);
        clients_call(clients, &call);
    }
    must(empty_entries(clients) == CLIENT_ENTRIES);
    must(world_check(clients->world).charged == 0);
}
