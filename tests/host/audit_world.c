#include "tests/host/audit_world.h"

#include "servers/frameserv/core/dispatch.h"
#include <quire/system_call.h>
#include <stdlib.h>

#define RING 64      /* handles that are looked at in one call */
#define PASS_MAX 300 /* frames that are passed over in one: not many, so that it takes several */

static struct world *audited;
static struct audit_ledger *ledger;
static bool held;

static enum ledger_state state_of(uint64_t frame)
{
    return ledger[frame].handles != 0 ? LEDGER_HELD : ledger[frame].state;
}

enum error audit_world_ask(uint64_t frame, uint64_t *next, enum audit_fault *fault, uint64_t found[2])
{
    uint64_t from = *next & ~AUDIT_DEEP;

    expect(held, "others may be at frame %lx", frame);
    *next = 0;
    *fault = AUDIT_FAULT_NONE;
    found[0] = 0;
    found[1] = LEDGER_ABSENT << 16;
    if (frame >= audited->window.frame_count)
        return ERROR_NONE;
    if (ledger[frame].handles > from + RING)
        *next = from + RING;
    *fault = ledger[frame].fault;
    found[0] = ledger[frame].handles;
    found[1] = (uint64_t)(ledger[frame].handles != 0 ? ledger[frame].kind : KIND_NONE) | state_of(frame) << 16;
    return ERROR_NONE;
}

enum error audit_world_pass(uint64_t frame, uint64_t end, enum ledger_state state, struct ledger_pass *pass)
{
    *pass = (struct ledger_pass){.frame = frame};
    for (; pass->frame < end && pass->frame < frame + PASS_MAX; pass->frame++) {
        enum ledger_state found = state_of(pass->frame);
        pass->slot = audited->backed[pass->frame / SLOTS_PER_PAGE];
        bool same = found == state || (found == LEDGER_SERVER && state == LEDGER_FREE);
        if (pass->slot || !same) {
            pass->state = same ? state : found;
            return ERROR_NONE;
        }
    }
    return ERROR_NONE;
}

enum error audit_world_hold(bool begin)
{
    expect(begin != held, "%s twice", begin ? "held" : "let go");
    held = begin;
    return ERROR_NONE;
}

static const struct kernel_calls kernel = {
    .hold = audit_world_hold, .audit = audit_world_ask, .audit_pass = audit_world_pass};

struct audit_ledger *audit_world_begin(struct world *world)
{
    audited = world;
    world->keep->booted = 1;
    ledger = calloc(world->window.frame_count, sizeof(*ledger));
    for (uint64_t frame = 0; frame < world->window.frame_count; frame++) {
        enum region_type type = window_region(&world->window, frame)->type;
        ledger[frame].state = type == REGION_USABLE        ? LEDGER_FREE
                              : type == REGION_FRAMEBUFFER ? LEDGER_DEVICE
                              : region_has_slots(type)     ? LEDGER_KERNEL
                                                           : LEDGER_RESERVED;
    }
    for (uint32_t k = 0; k < WORLD_WORKERS; k++)
        world->workers[k].kernel = &kernel;
    return ledger;
}

void audit_world_end(void)
{
    free(ledger);
    ledger = NULL;
}

static void take_turn(struct worker *worker, bool thorough, struct audit_told *told)
{
    struct message message = {.rdi = badge_make(1, SERVICE_RIGHT_LOOKUP),
                              .rsi = label_make(MESSAGE_AUDIT, 0),
                              .words = {told->next, thorough}};

    dispatch(worker, &message);
    expect_eq(message.rsi, ERROR_NONE);
    *told = (struct audit_told){message.words[0], (enum audit_fault)message.words[1], message.words[2],
                                message.words[3], message.words[4]};
}

void audit_world(struct worker *worker, bool thorough, struct audit_report *report)
{
    struct audit_told told = {0};

    report->count = 0;
    report->turns = 0;
    do {
        take_turn(worker, thorough, &told);
        expect(++report->turns < 1000000, "an audit without end");
        if (told.next != 0 && told.fault != AUDIT_FAULT_NONE && report->count < AUDIT_TOLD)
            report->told[report->count++] = told;
    } while (told.next != 0);
    report->end = told;
    report->judged = told.fault == AUDIT_FAULT_NONE;
}

bool audit_world_has(const struct audit_report *report, enum audit_fault fault)
{
    for (uint32_t k = 0; k < report->count; k++) {
        if (report->told[k].fault == fault)
            return true;
    }
    return false;
}
