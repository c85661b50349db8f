/* Records: the first words of such a frame outlive it, in the keeping of the account that paid for it. */
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/lock.h"

/* The kernel has copied the frame into the view page, since nobody can write it any more. Not so when the drop that takes
 * back a clone turns out to be the last: then the words are gone. */
void frames_keep_record(struct worker *worker, uint64_t frame, uint32_t payer)
{
    struct account *account = &worker->keep->accounts[payer];
    atomic_word *words = worker->keep->records[payer];

    if (atomic_load_relaxed(&worker->control->view_frame) != frame + 1)
        return;
    lock_acquire(&account->lock, worker->number);
    struct transaction transaction = transaction_begin(worker->log);
    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
        wr(&transaction, &words[k], atomic_load_relaxed(&worker->view[k]));
    transaction_commit(&transaction);
    lock_release(&account->lock);
    atomic_store_release(&worker->control->view_frame, 0);
}

enum error frames_last_record(struct worker *worker, uint32_t number, uint64_t *words)
{
    uint32_t place = account_place(number);
    struct account *account = &worker->keep->accounts[place];

    lock_acquire(&account->lock, worker->number);
    enum error error = account_is(account, number) ? ERROR_NONE : ERROR_NOT_PERMITTED;
    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
        words[k] = atomic_load_relaxed(&worker->keep->records[place][k]);
    lock_release(&account->lock);
    return error;
}
