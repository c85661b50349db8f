/* How what a reply asks for is taken back, should the kernel refuse it or the server be killed before. */
#ifndef FRAMESERV_CORE_REVERSAL_H
#define FRAMESERV_CORE_REVERSAL_H

#include "servers/frameserv/core/worker.h"

/* There is nothing to take back any more. */
static inline void reversal_clear(struct worker *worker)
{
    atomic_store_release(&worker->reversal->frame, 0);
    atomic_store_release(&worker->reversal->account, 0);
}

/* Notes a frame's slot, before it is changed, and makes the frame the one intent of the transfer page. */
static inline void reversal_set(struct worker *worker, uint64_t frame, uint64_t list_link, const struct slot *slot)
{
    struct reversal *reversal = worker->reversal;

    reversal_clear(worker);
    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
        atomic_store_release(&reversal->slot.storage[k], slot->storage[k]);
    atomic_store_release(&reversal->slot.ref_count,
                         atomic_load_relaxed(&slot->ref_count)); /* look-ups try to change it */
    atomic_store_release(&reversal->slot.kind_word, slot->kind_word);
    atomic_store_release(&reversal->slot.in_list, slot->in_list);
    atomic_store_release(&reversal->list, list_link);
    atomic_store_release(&reversal->frame, frame + 1);
    atomic_store_release(&worker->transfer[0], frame);
    intent_set_run(worker, 1);
    intent_flag(worker, INTENT_REVERSAL);
}

#endif
