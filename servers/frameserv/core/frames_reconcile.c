/* Recovery of single frames, from what the kernel's ledger says. */
#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/frames_parts.h"
#include "servers/frameserv/core/lists.h"
#include "servers/frameserv/core/reversal.h"
#include <quire/kinds.h>

/* The change of a frame that may have to be taken back, whichever worker made it: the kernel has not accepted its reply.
 * NULL: there is none. */
static struct reversal *find_reversal(struct worker *worker, uint64_t frame)
{
    struct keep *keep = worker->keep;

    for (uint64_t k = 0; k < keep->workers && k < WORKERS_MAX; k++) {
        if (keep->reversals[k].frame == frame + 1)
            return &keep->reversals[k];
    }
    return NULL;
}

/* A change of kind that the kernel did not get to: the slot becomes what it was. */
static void restore(struct worker *worker, struct slot *slot, const struct slot *old, uint64_t handles)
{
    bool owner = handles == 1 && old->ref_count == REF_COUNT_UNIQUE;
    struct transaction transaction = transaction_begin(worker->log);

    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
        wr(&transaction, &slot->storage[k], old->storage[k]);
    change_kind_word(worker, &transaction, slot, old->kind_word);
    wr(&transaction, &slot->ref_count, owner ? REF_COUNT_UNIQUE : handles);
    transaction_commit(&transaction);
}

/* Handles of this kind exist. */
static void count_handles(struct worker *worker, uint64_t frame, uint64_t handles, enum kind kind)
{
    const struct reversal *reversal = find_reversal(worker, frame);
    struct slot *slot = window_slot(&worker->window, frame);
    uint64_t word = slot->kind_word;
    bool owner = slot->ref_count == REF_COUNT_UNIQUE && kind_word_kind(word) == kind;

    if (kind_word_kind(word) != kind && reversal != NULL && kind_word_kind(reversal->slot.kind_word) == kind) {
        restore(worker, slot, &reversal->slot, handles);
        return;
    }
    if (handles > 1 || (kind_is_shareable(kind) && !owner))
        atomic_store_release(&slot->ref_count, handles);
    else
        slot_publish_unique(slot);
    /* Last, since until then it tells an interrupted change of kind. */
    struct transaction transaction = transaction_begin(worker->log);
    change_kind_word(worker, &transaction, slot, kind_word(kind, kind_word_flags(word), kind_word_payer(word)));
    transaction_commit(&transaction);
}

/* A frame that was taken out of a list, and handed to nobody, goes back. That holds too when the call that pushed it is in
 * service still: it has happened. */
static bool put_back(struct worker *worker, uint64_t frame)
{
    struct reversal *reversal = find_reversal(worker, frame);

    return reversal != NULL && reversal->list != 0 && lists_put_back(worker, reversal);
}

/* Sets no intent that is not set: those that are name what is still to be reconciled, should recovery be killed too. */
void frames_reconcile(struct worker *worker, uint64_t frame, const struct ledger_count *count)
{
    struct slot *slot = window_slot(&worker->window, frame);
    uint64_t word = slot->kind_word;
    uint64_t handles = count->handles + count->moving;

    if (kind_word_payer(word) == ACCOUNT_NOBODY) {
        slot_retire(slot);
    } else if (kind_is_set_aside(kind_word_kind(word))) {
        slot_publish_shared(slot);
    } else if (slot->in_list == 0 && count->handles == 0 && put_back(worker, frame)) {
        slot_publish_unique(slot);
    } else if (handles > 0) {
        count_handles(worker, frame, handles, count->kind);
    } else if (slot->in_list != 0) {
        slot_publish_unique(slot);
    } else {
        frames_end(worker, frame);
    }
}
