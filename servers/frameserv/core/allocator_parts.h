/* What the files of the allocator share. */
#ifndef FRAMESERV_CORE_ALLOCATOR_PARTS_H
#define FRAMESERV_CORE_ALLOCATOR_PARTS_H

#include "servers/frameserv/core/accounts_parts.h"
#include "servers/frameserv/core/allocator.h"
#include "servers/frameserv/core/cache.h"
#include "servers/frameserv/core/lock.h"

static inline atomic_word *kind_word_of(struct worker *worker, uint64_t frame)
{
    return &window_slot(&worker->window, frame)->kind_word;
}

static inline struct account *payer_account(struct worker *worker, uint32_t payer)
{
    return account_of(worker, account_place(payer));
}

/* The account, locked, can pay for so many frames. */
static inline bool affords(const struct account *account, uint64_t count)
{
    return account->used + count <= account->limit;
}

/* The account, locked, can't pay for so many more frames. */
__attribute__((cold)) static inline enum error over_limit(struct worker *worker, const struct account *account,
                                                          uint64_t count)
{
    return account_refuse(worker, account, &account->frames, count, ERROR_OVER_LIMIT);
}

/* Why the account, locked, of a payer's number does not pay for so many frames. It may have been closed since the call came, and
 * its place be another's. */
static inline enum error pay_error(struct worker *worker, const struct account *account, uint32_t payer, uint64_t count)
{
    if (!account_is(account, payer))
        return ERROR_NOT_PERMITTED;
    return affords(account, count) ? ERROR_NONE : over_limit(worker, account, count);
}

static inline void charge(struct transaction *transaction, struct account *account, uint64_t count)
{
    wr(transaction, &account->used, account->used + count);
}

static inline void discharge(struct transaction *transaction, struct account *account, uint64_t count)
{
    wr(transaction, &account->used, account->used - count);
}

/* Takes a frame of a device's memory; the payer's account is locked, and can pay. Who has the frame under way the lock of the
 * free blocks tells, so that of two who claim it one gets it. false: it is on its way. */
must_use bool allocator_claim_device(struct worker *worker, uint32_t place, uint64_t frame);

#endif
