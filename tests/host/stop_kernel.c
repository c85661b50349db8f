#include "tests/host/stop_kernel.h"

#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/note.h"
#include <quire/kinds.h>
#include <string.h>

#define STRIP_MAX                                                                                                      \
    3 /* handles that are taken away at once: fewer than the kernel may, so that there is more than one turn */

struct stop_ledger stop_ledger;

static struct stop_ledger *const ledger = &stop_ledger;
static struct world *world;
static struct worker *worker;
static const struct stop_call *in_service[WORLD_WORKERS];

void stop_kernel_by(struct worker *by)
{
    worker = by;
}

static struct stop_service *service(void)
{
    return &ledger->services[worker->number];
}

static enum error strip(uint64_t *taken, uint64_t *left, uint64_t *total)
{
    const struct stop_call *call = in_service[worker->number];
    const struct stop_handle *lent = &ledger->handles[call->handles[0]];

    stop_point();
    *taken = 0;
    if (!stop_is_lent(call))
        return ERROR_REVOKED;
    for (uint32_t k = 0; k < STOP_HANDLES && *taken < STRIP_MAX; k++) {
        struct stop_handle *entry = &ledger->handles[k];
        if (entry == lent || entry->account == 0 || entry->leaving || entry->frame != lent->frame)
            continue;
        *entry = (struct stop_handle){0};
        ledger->count[lent->frame] -= 1;
        *taken += 1;
    }
    *left = ledger->count[lent->frame];
    service()->stripped += *taken;
    *total = service()->stripped;
    stop_point(); /* nobody hears of it */
    return ERROR_NONE;
}

static enum error holder(uint64_t frame, uint64_t name[3])
{
    if (ledger->count[frame] == 0)
        return ERROR_UNUSED;
    name[0] = frame + 1;
    return ERROR_NONE;
}

static enum error count(uint64_t frame, struct ledger_count *found)
{
    expect_lt(frame, STOP_FRAMES);
    *found = (struct ledger_count){.handles = ledger->count[frame], .moving = ledger->leaves[frame], .kind = KIND_NONE};
    if (found->handles + found->moving != 0)
        found->kind = ledger->kinds[frame];
    return ERROR_NONE;
}

const struct kernel_calls stop_kernel = {.strip = strip, .holder = holder, .count = count};

static uint32_t empty_entries(void)
{
    uint32_t empty = 0;

    for (uint32_t k = 0; k < STOP_HANDLES; k++)
        empty += ledger->handles[k].account == 0;
    return empty;
}

static void enter(uint64_t frame, uint32_t rights, uint32_t account)
{
    for (uint32_t k = 0; k < STOP_HANDLES; k++) {
        if (ledger->handles[k].account == 0) {
            ledger->handles[k] =
                (struct stop_handle){.frame = frame, .rights = rights, .account = account, .name = ++ledger->last_name};
            ledger->count[frame] += 1;
            return;
        }
    }
    ck_abort_msg("there is no room for a handle");
}

void stop_kernel_start(struct world *of, struct worker *by)
{
    bool changes;
    uint64_t frame;

    world = of;
    worker = by;
    expect_le(world->window.frame_count, STOP_FRAMES);
    memset(ledger, 0, sizeof(*ledger));
    ledger->accounts[ledger->account_count++] = 1;
    ledger->accounts[ledger->account_count++] = 2;
    expect_eq(frames_allocate(worker, 1, &frame), ERROR_NONE);
    expect_eq(frames_repurpose(worker, frame, KIND_ENDPOINT, &changes), ERROR_NONE);
    ledger->kinds[frame] = KIND_ENDPOINT;
    enter(frame, RIGHTS_FRAME, 1);
    world->keep->endpoint = frame + 1;
}

static bool is_held(const struct stop_call *call, uint32_t index)
{
    return call->account != 0 && index < STOP_HANDLES && ledger->handles[index].account == call->account &&
           !ledger->handles[index].leaving;
}

/* Whether the handles are there, and may go. */
static bool may_leave(const struct stop_call *call)
{
    for (uint32_t k = 0; k < call->count; k++) {
        if (!is_held(call, call->handles[k]))
            return false;
        const struct stop_handle *entry = &ledger->handles[call->handles[k]];
        enum kind kind = ledger->kinds[entry->frame];
        if (call->mode == MODE_ATTACH && (kind != KIND_UNTYPED || !(entry->rights & RIGHT_MOVE)))
            return false;
        if (call->count > 1 && (kind == KIND_ENDPOINT || kind == KIND_TASK || kind_reads(kind)))
            return false;
    }
    return true;
}

static void leave(const struct stop_call *call, struct stop_handle *entry)
{
    uint64_t frame = entry->frame;
    bool last = --ledger->count[frame] == 0;

    entry->leaving = true;
    ledger->leaves[frame] += call->mode == MODE_ATTACH;
    if (call->mode == MODE_ATTACH && last) {
        ledger->moving[frame] = true;
        ledger->moved_by[frame] = call->account;
    } else if (kind_reads(ledger->kinds[frame])) {
        for (uint32_t k = 0; k < SLOT_STORAGE_WORDS && last; k++)
            world->views[worker->number][k] = frame * SLOT_STORAGE_WORDS + k;
        worker->control->view_frame = last ? frame + 1 : 0;
    }
}

static uint64_t word_of(uint32_t index)
{
    if (index == STOP_NO_HANDLE)
        return 0;
    return frame_word_make(ledger->handles[index].frame, ledger->handles[index].rights);
}

/* Also what a later delivery finds. */
static void carry(const struct stop_call *call, struct message *message)
{
    uint32_t rights = RIGHTS_FRAME;

    message->rdi = badge_make(call->account, call->services);
    message->rsi = label_make(call->operation, call->label_flags);
    message->r13 = 0;
    message->r14 = 0;
    memcpy(message->words, call->words, sizeof(message->words));
    if (call->mode == MODE_NONE)
        return;
    for (uint32_t k = 0; k < call->count; k++) {
        rights &= ledger->handles[call->handles[k]].rights;
        if (call->count > 1)
            worker->transfer[k] = ledger->handles[call->handles[k]].frame;
    }
    if (call->mode == MODE_BORROW || call->count == 1)
        message->r13 = frame_word_make(ledger->handles[call->handles[0]].frame, rights);
    message->r14 = word_of(call->other);
}

bool stop_deliver(const struct stop_call *call, struct message *message)
{
    bool takes = call->mode == MODE_DROP || call->mode == MODE_ATTACH;

    if (call->want != ACTION_NONE && empty_entries() < call->count + 1)
        return false;
    if (call->mode != MODE_NONE && call->count == 0)
        return false;
    if (takes && !may_leave(call))
        return false;
    for (uint32_t k = 0; call->mode == MODE_BORROW && k < call->count; k++)
        if (!is_held(call, call->handles[k]))
            return false;
    if (call->other != STOP_NO_HANDLE && !is_held(call, call->other))
        return false;
    if (call->mode == MODE_ATTACH &&
        (call->count != 1 || call->other == STOP_NO_HANDLE || call->other == call->handles[0]))
        return false;
    for (uint32_t k = 0; takes && k < call->count; k++)
        leave(call, &ledger->handles[call->handles[k]]);
    in_service[worker->number] = call;
    service()->stripped = 0;
    service()->recovered = false;
    for (uint32_t k = 0; call->mode != MODE_NONE && k < call->count; k++)
        service()->names[k] = ledger->handles[call->handles[k]].name;
    service()->other_name = call->other != STOP_NO_HANDLE ? ledger->handles[call->other].name : 0;
    carry(call, message);
    message->rax = rax_make(ERROR_NONE, call->want, call->mode, call->count, 0);
    return true;
}

bool stop_is_lent(const struct stop_call *call)
{
    for (uint32_t k = 0; call->mode == MODE_BORROW && k < call->count; k++)
        if (ledger->handles[call->handles[k]].name != service()->names[k])
            return false;
    return call->other == STOP_NO_HANDLE || ledger->handles[call->other].name == service()->other_name;
}

void stop_name(const struct stop_call *call)
{
    struct worker_control *control = worker->control;

    if (call->mode != MODE_DROP)
        return;
    for (uint32_t k = 0; k < call->count; k++)
        worker->transfer[k] = ledger->handles[call->handles[k]].frame;
    control->intent_run = (control->intent_run & ~INTENT_RUN_COUNT) | (service()->recovered ? 0 : call->count);
}

void stop_recovered(const struct stop_call *call)
{
    service()->recovered = true;
    if (call->mode == MODE_DROP)
        worker->control->intent_run &= ~INTENT_RUN_COUNT;
}

void stop_deliver_again(const struct stop_call *call, uint32_t flags, struct message *message)
{
    carry(call, message);
    message->rax = rax_make(ERROR_NONE, call->want, call->mode, call->count, flags);
}

/* Why the kernel refuses frames that it is to grant. */
static void check_grant(uint64_t frame, uint32_t account)
{
    enum region_type type;
    uint32_t payer;

    expect_lt(frame, world->window.frame_count);
    type = window_region(&world->window, frame)->type;
    expect(type == REGION_USABLE || type == REGION_FRAMEBUFFER, "frame %lu is granted, of region type %u", frame, type);
    expect(ledger->count[frame] == 0, "frame %lu is granted, but has %u handles", frame, ledger->count[frame]);
    payer = (uint32_t)kind_word_payer(world_slot(world, frame)->kind_word);
    expect_eq(account_number(world->keep->accounts[payer].state, payer), account); /* it may be closed by now */
    ledger->moved_by[frame] = 0;
    ledger->kinds[frame] = type == REGION_FRAMEBUFFER ? KIND_DEVICE : KIND_UNTYPED;
}

static enum error act(const struct stop_call *call, const struct message *message)
{
    uint64_t frame = message->r13 / FRAME_SIZE;
    uint32_t n = rax_n(message->rax);

    switch (rax_action(message->rax)) {
    case ACTION_GRANT:
        expect_eq(n, call->count);
        for (uint32_t k = 0; k < n; k++) {
            frame = n == 1 ? frame : worker->transfer[k];
            if (frame < STOP_FRAMES && ledger->moving[frame])
                return ERROR_AGAIN;
        }
        for (uint32_t k = 0; k < n; k++) {
            frame = n == 1 ? message->r13 / FRAME_SIZE : worker->transfer[k];
            check_grant(frame, call->account);
            enter(frame, (uint32_t)message->r14, call->account);
        }
        return ERROR_NONE;
    case ACTION_CLONE:
        for (uint32_t k = 0; k < n; k++) {
            frame = n == 1 ? frame : ledger->handles[call->handles[k]].frame;
            if (ledger->count[frame] == 0)
                return ERROR_UNUSED; /* one that was looked up */
            enter(frame, (uint32_t)message->r14, call->account);
        }
        return ERROR_NONE;
    case ACTION_CONVERT:
        if (ledger->count[frame] != 1)
            return ERROR_SHARED;
        ledger->kinds[frame] = (enum kind)message->r14;
        return ERROR_NONE;
    case ACTION_HAND_BACK:
        expect_eq(ledger->count[frame], 0);
        if (ledger->moved_by[frame] != call->account)
            return ERROR_NOT_PERMITTED;
        if (ledger->moving[frame])
            return ERROR_AGAIN;
        ledger->moved_by[frame] = 0;
        enter(frame, RIGHTS_FRAME, call->account);
        return ERROR_NONE;
    case ACTION_MINT:
        if (ledger->account_count == STOP_ACCOUNTS) /* nobody calls in the name of the oldest any more */
            memmove(&ledger->accounts[2], &ledger->accounts[3],
                    sizeof(*ledger->accounts) * (--ledger->account_count - 2));
        ledger->accounts[ledger->account_count++] = badge_account(message->r14);
        enter(world->keep->endpoint - 1, RIGHTS_FRAME, call->account);
        return ERROR_NONE;
    default:
        return ERROR_NONE;
    }
}

/* What left is gone, or back. */
static void settle(const struct stop_call *call, bool refused)
{
    for (uint32_t k = 0; k < call->count && (call->mode == MODE_DROP || call->mode == MODE_ATTACH); k++) {
        struct stop_handle *entry = &ledger->handles[call->handles[k]];
        ledger->moving[entry->frame] = false;
        ledger->leaves[entry->frame] -= call->mode == MODE_ATTACH;
        entry->leaving = false;
        if (refused && call->mode == MODE_ATTACH) {
            ledger->count[entry->frame] += 1;
            ledger->moved_by[entry->frame] = 0;
        } else {
            *entry = (struct stop_handle){0};
        }
    }
}

static void end(const struct stop_call *call, bool refused)
{
    settle(call, refused);
    worker->control->intent = 0;
    worker->control->intent_run = 0;
    for (uint64_t frame = 0; frame < world->window.frame_count; frame++) /* lists' ends are the server's own doing */
        if (window_has_slot(&world->window, frame) && world_slot(world, frame)->ref_count == REF_COUNT_UNUSED &&
            !ledger->moving[frame])
            ledger->moved_by[frame] = 0;
}

enum error stop_reply(const struct stop_call *call, const struct message *message)
{
    uint32_t action = rax_action(message->rax);
    enum error error = ERROR_NONE;

    expect_eq(rax_number(message->rax), SYSTEM_CALL_REPLY_RECEIVE);
    expect(action == ACTION_NONE || action == call->want, "action %u, which nobody wants", action);
    if (action != ACTION_NONE && !stop_is_lent(call))
        error = ERROR_REVOKED;
    else if (action != ACTION_NONE)
        error = call->refusal != ERROR_NONE ? call->refusal : act(call, message);
    if (error != ERROR_NONE)
        return error;
    end(call, message->rsi != ERROR_NONE);
    return ERROR_NONE;
}

void stop_answer(const struct stop_call *call)
{
    end(call, true);
}
