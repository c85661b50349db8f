/* Frames of devices' memory: in no block and no cache, charged to their payer while they are held. */
#include "servers/frameserv/core/allocator_parts.h"
#include "servers/frameserv/core/note.h"

bool allocator_claim_device(struct worker *worker, uint32_t place, uint64_t frame)
{
    struct buddy *buddy = &worker->keep->buddy;
    atomic_word *word = kind_word_of(worker, frame);

    lock_acquire(&buddy->lock, worker->number);
    bool claimed = kind_word_payer(atomic_load_relaxed(word)) == ACCOUNT_NOBODY;
    if (claimed) {
        struct transaction transaction = transaction_begin(worker->log);
        wr(&transaction, word, kind_word(KIND_DEVICE, 0, place));
        charge(&transaction, account_of(worker, place), 1);
        transaction_commit(&transaction);
    }
    lock_release(&buddy->lock);
    return claimed;
}

void allocator_give_device(struct worker *worker, uint64_t frame, uint32_t payer)
{
    struct account *account = account_of(worker, payer);
    struct buddy *buddy = &worker->keep->buddy;

    lock_acquire(&account->lock, worker->number);
    lock_acquire(&buddy->lock, worker->number); /* nobody takes what an undo may make the old payer's again */
    struct transaction transaction = transaction_begin(worker->log);
    wr(&transaction, kind_word_of(worker, frame), kind_word(KIND_DEVICE, 0, ACCOUNT_NOBODY));
    discharge(&transaction, account, 1);
    note_unused(worker, &transaction, 1);
    transaction_commit(&transaction);
    lock_release(&buddy->lock);
    lock_release(&account->lock);
}
