#include "servers/frameserv/core/recover.h"

#include "servers/frameserv/core/accounts.h"
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/note.h"
#include "servers/frameserv/core/reversal.h"

void recover_begin(struct keep *keep, uint64_t reason)
{
    struct recovery *recovery = &keep->recovery;

    atomic_store_release(&recovery->restarts, recovery->restarts + 1);
    atomic_store_release(&recovery->reason, reason);
    atomic_store_release(&recovery->reconciled, 0);
    keep_roll_back(keep);
}

/* What the worker's part of `found` is. */
static uint64_t found(const struct worker *worker, uint64_t intent, uint64_t count)
{
    const struct reversal *reversal = worker->reversal;
    uint64_t bits = 0;

    if (intent == INTENT_ACCOUNT + 1)
        bits |= UINT64_C(1) << FOUND_ACCOUNT | (uint64_t)(reversal->account != 0) << FOUND_REVERSAL_ACCOUNT;
    else if (intent != 0)
        bits |= UINT64_C(1) << FOUND_INTENT;
    if (count != 0 && reversal->frame != 0)
        bits |= UINT64_C(1) << (reversal->list != 0 ? FOUND_REVERSAL_LIST : FOUND_REVERSAL);
    return bits | count << FOUND_RUN | (uint64_t)intent_has(worker, INTENT_NOTED) << FOUND_NOTED |
           (uint64_t)intent_has(worker, INTENT_COUNTED) << FOUND_COUNTED |
           (uint64_t)intent_has(worker, INTENT_SWEPT) << FOUND_SWEPT;
}

/* A number that is no frame's was never an intent; who wrote it may have written anything. */
static void reconcile(struct worker *worker, uint64_t frame)
{
    atomic_word *reconciled = &worker->keep->recovery.reconciled;
    struct ledger_count count;

    if (!window_has_slot(&worker->window, frame) || worker->kernel->count(frame, &count) != ERROR_NONE)
        return;
    frames_reconcile(worker, frame, &count);
    atomic_store_release(reconciled, *reconciled + 1);
}

/* The frames in a place of the transfer page and in some after it. Returns how many. */
static uint64_t reconcile_next(struct worker *worker, uint64_t place, uint64_t count)
{
    atomic_word *reconciled = &worker->keep->recovery.reconciled;
    uint64_t ended = frames_end_chunk(worker, place, count);

    if (ended == 0) {
        reconcile(worker, worker->transfer[place]);
        return 1;
    }
    atomic_store_release(reconciled, *reconciled + ended);
    return ended;
}

/* What it noted about a call before is about none. */
static void forget_reversal(struct worker *worker)
{
    if (!intent_has(worker, INTENT_REVERSAL))
        atomic_store_release(&worker->reversal->frame, 0);
    if (worker->control->intent != INTENT_ACCOUNT + 1)
        atomic_store_release(&worker->reversal->account, 0);
}

static uint64_t run_count(const struct worker *worker)
{
    uint64_t count = intent_run_count(worker);

    return count > TRANSFER_FRAMES ? TRANSFER_FRAMES : count;
}

static void look(struct worker *worker)
{
    atomic_word *all_found = &worker->keep->recovery.found;

    atomic_store_release(all_found, *all_found | found(worker, worker->control->intent, run_count(worker)));
}

/* The single frame, if there is one. */
static void single(struct worker *worker)
{
    uint64_t intent = worker->control->intent;

    if (intent == INTENT_ACCOUNT + 1)
        accounts_reconcile(worker);
    else if (intent != 0)
        reconcile(worker, intent - 1);
}

/* A run: of frames that the call brings, or that left with it. */
static void run(struct worker *worker)
{
    uint64_t count = run_count(worker);

    if (worker->control->intent == 0 && worker->control->intent_run == 0)
        return; /* between two calls, or before anything was touched */
    if (!intent_has(worker, INTENT_COUNTED))
        note_count(worker); /* nothing that its call ended is free yet */
    for (uint64_t k = 0; k < count;)
        k += reconcile_next(worker, k, count);
}

/* What was to be taken back is. Until the calls come again, others may change all of it, and get the frames; one that then
 * ends counts as theirs. The kernel does not name the frames of a drop again. */
static void end(struct worker *worker)
{
    struct worker_control *control = worker->control;

    reversal_clear(worker);
    atomic_store_release(&control->intent, 0);
    atomic_store_release(&control->intent_run, control->intent_run & -INTENT_COUNTED & ~INTENT_REVERSAL);
}

/* Whether the run of a worker names a frame. */
static bool is_in_run(const struct worker *worker, uint64_t frame)
{
    uint64_t count = run_count(worker);

    for (uint64_t k = 0; k < count; k++) {
        if (worker->transfer[k] == frame)
            return true;
    }
    return false;
}

static bool is_in_any_run(struct worker *worker, uint32_t count, worker_maker *make, uint64_t frame)
{
    for (uint32_t k = 0; k < count; k++) {
        make(worker, k);
        if (is_in_run(worker, frame))
            return true;
    }
    return false;
}

/* A frame that ends counts as the call's whose run names it. If none does, and the worker's call has not counted yet, it is
 * nobody's: a member of a dying list, say, for which it paid first. */
static bool is_nobodys(struct worker *worker, uint32_t count, worker_maker *make)
{
    uint64_t intent = worker->control->intent;

    return intent != 0 && !intent_has(worker, INTENT_COUNTED) && !is_in_any_run(worker, count, make, intent - 1);
}

static void each(struct worker *worker, uint32_t count, worker_maker *make, void (*step)(struct worker *worker))
{
    for (uint32_t k = 0; k < count; k++) {
        make(worker, k);
        step(worker);
    }
}

void recover(struct worker *worker, uint32_t count, uint64_t reason, worker_maker *make)
{
    uint64_t done = 0; /* workers whose single frame was looked at */

    recover_begin(worker->keep, reason);
    each(worker, count, make, forget_reversal);
    each(worker, count, make, look);
    for (uint32_t k = 0; k < count; k++) {
        make(worker, k);
        if (is_nobodys(worker, count, make)) {
            make(worker, k);
            single(worker);
            done |= UINT64_C(1) << k;
        }
    }
    each(worker, count, make, run);
    for (uint32_t k = 0; k < count; k++) {
        make(worker, k);
        if (!(done >> k & 1))
            single(worker);
    }
    each(worker, count, make, end);
}
