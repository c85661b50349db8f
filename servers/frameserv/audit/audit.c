/* Audits and their turns. */
#include "servers/frameserv/audit/audit.h"

#include "servers/frameserv/audit/parts.h"
#include <string.h>

/* Clients that audit at once: one more makes the one that began first begin anew. */
#define AUDITS 2

/* Ordinary memory: a restart forgets all audits. */
static struct audit audits[AUDITS];
static atomic_word audits_begun;

uint64_t audit_commits(const struct worker *worker, bool *open)
{
    uint64_t commits = 0;

    *open = false;
    for (uint32_t k = 0; k < WORKERS_MAX; k++) {
        commits += worker->keep->logs[k].commits;
        *open = *open || (k != worker->number && atomic_load_acquire(&worker->keep->logs[k].length) != 0);
    }
    return commits;
}

/* Another worker may be at the same one, since a client's name for it is only a number. */
static bool enter(struct audit *audit)
{
    uint64_t found = 0;

    return atomic_swap_if_acquire(&audit->lock, &found, 1);
}

static void leave(struct audit *audit)
{
    atomic_store_release(&audit->lock, 0);
}

static void begin(const struct worker *worker, struct audit *audit, bool thorough)
{
    bool open;

    memset(&audit->begun, 0, sizeof(*audit) - offsetof(struct audit, begun));
    audit->begun = atomic_add_relaxed(&audits_begun, 1) + 1;
    audit->commits = audit_commits(worker, &open);
    audit->disturbed = open;
    audit->thorough = thorough;
    audit->list.frame = FRAME_NONE;
    audit->previous.order = BUDDY_ORDERS;
    /* A restarted server counts from 0 again, and some client may still have a token of before. */
    audit->token = ((audit->commits ^ audit->begun << 16) | 1) << 32;
}

/* The audit to begin, locked: one that is over, or the one that began first. NULL: others are at them. */
static struct audit *find_old(void)
{
    struct audit *oldest = NULL;

    for (uint32_t k = 0; k < AUDITS; k++) {
        struct audit *audit = &audits[k];
        if (!enter(audit))
            continue;
        uint64_t age = audit->token == 0 ? 0 : audit->begun;
        if (oldest == NULL || age < (oldest->token == 0 ? 0 : oldest->begun)) {
            if (oldest != NULL)
                leave(oldest);
            oldest = audit;
        } else {
            leave(audit);
        }
    }
    return oldest;
}

/* The audit that is to go on, locked; NULL: it is over, or another worker is at it. */
static struct audit *find(uint64_t token)
{
    for (uint32_t k = 0; k < AUDITS; k++) {
        struct audit *audit = &audits[k];
        if (!enter(audit))
            continue;
        if (audit->token == token)
            return audit;
        leave(audit);
    }
    return NULL;
}

static bool (*const phases[PHASES])(struct turn *) = {
    [PHASE_KEEP] = audit_keep,     [PHASE_ACCOUNTS] = audit_accounts, [PHASE_CACHES] = audit_caches,
    [PHASE_CHAINS] = audit_chains, [PHASE_FRAMES] = audit_frames,     [PHASE_SUMS] = audit_sums,
};

/* Takes steps until something is to be told, or enough of them. */
static void walk(struct turn *turn)
{
    struct audit *audit = turn->audit;
    bool open;

    audit->disturbed = audit->disturbed || audit_commits(turn->worker, &open) != audit->commits || open;
    if (audit->disturbed)
        audit->previous.order = BUDDY_ORDERS;
    while (audit->phase < PHASES && audit->queued == 0 && turn->steps < AUDIT_TURN) {
        turn->steps += 1;
        if (phases[audit->phase](turn)) {
            audit->phase += 1;
            audit->place = 0;
        }
    }
}

/* The same while no other worker has a call, and no task of another CPU runs: what is under way looks like a fault. If another
 * one looks just now, the turn tells nothing. */
static void walk_alone(struct turn *turn)
{
    const struct kernel_calls *kernel = turn->worker->kernel;

    if (kernel->hold(true) != ERROR_NONE)
        return;
    walk(turn);
    (void)!kernel->hold(false);
}

/* The end, when all was told. */
static struct audit_told finish(const struct audit *audit)
{
    return (struct audit_told){.fault = audit->disturbed ? AUDIT_FAULT_NOT_JUDGED : AUDIT_FAULT_NONE,
                               .where = audit->tally.used,
                               .should = audit->tally.handles,
                               .is = audit->tally.free[ZONE_LOW] + audit->tally.free[ZONE_HIGH]};
}

enum error audit_turn(struct worker *worker, uint64_t next, bool thorough, struct audit_told *told)
{
    struct audit *audit = next == 0 ? find_old() : find(next);
    struct turn turn = {.audit = audit, .worker = worker};

    if (audit == NULL)
        return ERROR_AGAIN;
    if (next == 0)
        begin(worker, audit, thorough);
    if (audit->told == audit->queued) {
        audit->told = 0;
        audit->queued = 0;
        walk_alone(&turn);
    }
    audit->token += 1;
    if (audit->told < audit->queued) {
        *told = audit->queue[audit->told++];
    } else if (audit->phase < PHASES) {
        *told = (struct audit_told){0};
    } else {
        *told = finish(audit);
        audit->token = 0;
    }
    told->next = audit->token;
    leave(audit);
    return ERROR_NONE;
}
