#include "servers/frameserv/core/recover.h"

#include "servers/frameserv/core/accounts.h"
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/holders.h"
#include "servers/frameserv/core/note.h"

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
    uint64_t handles;
    enum kind kind;

    if (!window_has_slot(&worker->window, frame) || worker->kernel->count(frame, &handles, &kind) != ERROR_NONE)
        return;
    holders_reconcile(worker, frame, handles);
    frames_reconcile(worker, frame, handles, kind);
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

void recover_worker(struct worker *worker)
{
    atomic_word *all_found = &worker->keep->recovery.found;
    uint64_t intent = worker->control->intent;
    uint64_t count = intent_run_count(worker);

    if (intent == 0 && worker->control->intent_run == 0)
        return; /* between two calls, or before anything was touched */
    if (count > TRANSFER_FRAMES)
        count = TRANSFER_FRAMES;
    atomic_store_release(all_found, *all_found | found(worker, intent, count));
    if (!intent_has(worker, INTENT_COUNTED))
        note_count(worker); /* nothing that its call ended is free yet */
    if (intent == INTENT_ACCOUNT + 1)
        accounts_reconcile(worker);
    else if (intent != 0)
        reconcile(worker, intent - 1);
    for (uint64_t k = 0; k < count;)
        k += reconcile_next(worker, k, count);
}
