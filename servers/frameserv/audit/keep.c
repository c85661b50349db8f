/* Words of kept memory that stand for themselves: versions, locks, logs, notes. */
#include "servers/frameserv/audit/parts.h"

#define IDS_MAX (UINT64_C(1) << 48) /* lists: at one a microsecond, for nine years */

/* Another worker may hold a lock while this one looks. */
static void check_lock(const struct turn *turn, const atomic_word *lock)
{
    uint64_t value = atomic_load_relaxed(lock);
    const struct worker *worker = turn->worker;

    if (value != 0 && (value - 1 >= WORKERS_MAX || value - 1 == worker->number || worker->keep->workers <= 1))
        audit_tell(turn, AUDIT_FAULT_LOCK, (uint64_t)((const char *)lock - (const char *)worker->keep), 0, value);
}

static void check_locks(const struct turn *turn)
{
    const struct keep *keep = turn->worker->keep;

    check_lock(turn, &keep->tree_lock);
    check_lock(turn, &keep->buddy.lock);
    check_lock(turn, &keep->lists.dying_lock);
    for (uint32_t k = 0; k < ACCOUNTS; k++)
        check_lock(turn, &keep->accounts[k].lock);
    for (uint32_t k = 0; k < WORKERS_MAX; k++)
        check_lock(turn, &keep->caches[k].lock);
    for (uint32_t k = 0; k < LIST_LOCKS; k++)
        check_lock(turn, &keep->lists.locks[k]);
}

/* Of the worker itself there is nothing to undo while it serves an audit. */
static void check_notes(const struct turn *turn, uint32_t k)
{
    const struct keep *keep = turn->worker->keep;
    const struct reversal *reversal = &keep->reversals[k];
    bool own = k == turn->worker->number || k >= keep->workers;
    uint64_t frames = turn->worker->window.frame_count;

    if (keep->logs[k].length > (own ? 0 : UNDO_ENTRIES))
        audit_tell(turn, AUDIT_FAULT_LOG, k, 0, keep->logs[k].length);
    if (reversal->frame > (own ? 0 : frames))
        audit_tell(turn, AUDIT_FAULT_REVERSAL, k, 0, reversal->frame);
    if (reversal->account > (own ? 0 : UINT32_MAX))
        audit_tell(turn, AUDIT_FAULT_REVERSAL, k, 0, reversal->account);
}

/* All that has slots is memory but a device's. */
static uint64_t memory_frames(const struct window *window)
{
    uint64_t frames = 0;

    for (uint32_t k = 0; k < window->region_count; k++) {
        const struct boot_region *region = &window->regions[k];
        if (audit_has_slots(region->type) && region->type != REGION_FRAMEBUFFER)
            frames += region->size / FRAME_SIZE;
    }
    return frames;
}

static void check_endpoint(struct turn *turn)
{
    uint64_t number = turn->worker->keep->endpoint;

    if (number == 0) /* nobody told */
        return;
    struct audit_facts facts = audit_ask(turn, number - 1);
    if (facts.known && facts.kind != KIND_ENDPOINT)
        audit_tell(turn, AUDIT_FAULT_KEEP_ENDPOINT, number, KIND_ENDPOINT, facts.kind);
}

/* A GiB is called fresh only if it has usable memory. */
static void check_fresh(const struct turn *turn)
{
    const struct window *window = &turn->worker->window;
    const struct buddy *buddy = &turn->worker->keep->buddy;
    uint64_t usable[GRANULES / 64] = {0};

    for (uint32_t k = 0; k < window->region_count; k++) {
        const struct boot_region *region = &window->regions[k];
        if (region->type != REGION_USABLE || region->size == 0)
            continue;
        uint64_t last = (region->base + region->size - 1) / FRAME_SIZE / GRANULE_FRAMES;
        for (uint64_t granule = region->base / FRAME_SIZE / GRANULE_FRAMES; granule <= last; granule++)
            usable[granule / 64] |= UINT64_C(1) << granule % 64;
    }
    for (uint64_t k = 0; k < GRANULES / 64; k++)
        audit_same(turn, AUDIT_FAULT_FRESH, k * 64 * GRANULE_FRAMES * FRAME_SIZE, buddy->fresh[k] & usable[k],
                   buddy->fresh[k]);
}

/* A kill may leave some frames that are to become blocks when the next request for any comes. */
static void check_seed(const struct turn *turn)
{
    const struct buddy *buddy = &turn->worker->keep->buddy;
    uint64_t next = buddy->seed_next;
    uint64_t end = buddy->seed_end;

    if (end > turn->worker->window.frame_count || next > end ||
        (next < end && next / GRANULE_FRAMES != (end - 1) / GRANULE_FRAMES))
        audit_tell(turn, AUDIT_FAULT_SEED, next, end, next);
    audit_same(turn, AUDIT_FAULT_RELEASING, 0, 0, buddy->releasing);
}

static bool is_reason(uint64_t reason)
{
    switch (reason) {
#define RESTART(number, NAME, name, text) case RESTART_##NAME:
#include <quire/restarts.def>
#undef RESTART
        return true;
    default:
        return false;
    }
}

bool audit_keep(struct turn *turn)
{
    const struct keep *keep = turn->worker->keep;

    audit_same(turn, AUDIT_FAULT_KEEP_VERSION, 0, KEEP_VERSION, keep->version);
    audit_same(turn, AUDIT_FAULT_KEEP_BOOTED, 0, 1, keep->booted);
    if (!is_reason(keep->recovery.reason))
        audit_tell(turn, AUDIT_FAULT_RECOVERY, 0, RESTART_BOOT, keep->recovery.reason);
    if (keep->workers == 0 || keep->workers > WORKERS_MAX)
        audit_tell(turn, AUDIT_FAULT_KEEP_WORKERS, 0, turn->worker->number + UINT64_C(1), keep->workers);
    audit_same(turn, AUDIT_FAULT_KEEP_MEMORY, 0, memory_frames(&turn->worker->window), keep->memory_frames);
    if (keep->lists.last_id >= IDS_MAX)
        audit_tell(turn, AUDIT_FAULT_LAST_ID, 0, IDS_MAX, keep->lists.last_id);
    check_endpoint(turn);
    check_locks(turn);
    check_fresh(turn);
    check_seed(turn);
    for (uint32_t k = 0; k < WORKERS_MAX; k++)
        check_notes(turn, k);
    turn->steps += AUDIT_TURN / 4;
    return true;
}
