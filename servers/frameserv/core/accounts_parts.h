/* What the files of the accounts share. Shares change inside transactions, by the holder of the tree's lock and that of
 * the account. */
#ifndef FRAMESERV_CORE_ACCOUNTS_PARTS_H
#define FRAMESERV_CORE_ACCOUNTS_PARTS_H

#include "servers/frameserv/core/accounts.h"
#include "servers/frameserv/core/lock.h"
#include "servers/frameserv/core/undo.h"

static inline struct account *account_of(struct worker *worker, uint32_t place)
{
    return &worker->keep->accounts[place];
}

/* An error about a limit, for the reply to tell. Returns the error. */
enum error account_refuse(struct worker *worker, const struct account *account, const struct share *share,
                          uint64_t asked, enum error error);

static inline struct share *share_of(struct account *account, enum resource resource)
{
    return resource == RESOURCE_FRAMES ? &account->frames : &account->tables;
}

/* The error that tells of a limit. */
static inline enum error resource_error(enum resource resource)
{
    return resource == RESOURCE_FRAMES ? ERROR_OVER_LIMIT : ERROR_TOO_MANY_TABLES;
}

static inline void accounts_enter(struct worker *worker)
{
    lock_acquire(&worker->keep->tree_lock, worker->number);
}

static inline void accounts_leave(struct worker *worker)
{
    lock_release(&worker->keep->tree_lock);
}

/* Locks two accounts, in the order of their numbers. */
static inline void accounts_lock(struct worker *worker, struct account *one, struct account *other)
{
    lock_acquire(one < other ? &one->lock : &other->lock, worker->number);
    lock_acquire(one < other ? &other->lock : &one->lock, worker->number);
}

static inline void accounts_unlock(struct account *one, struct account *other)
{
    lock_release(&one->lock);
    lock_release(&other->lock);
}

/* What may be charged or passed on still. A change of kind that the kernel refused may have charged too much. */
static inline uint64_t share_left(const struct share *share)
{
    return share->limit > share->used ? share->limit - share->used : 0;
}

/* What a child's share adds to `passed` of its parent's. */
static inline uint64_t share_size(const struct share *share)
{
    return share->limit == ACCOUNT_UNLIMITED ? 0 : share->limit + share->passed;
}

/* Moves what is `size` now and is to become `next` between a parent's share and its child's. */
static inline void share_move(struct transaction *transaction, struct share *parent, uint64_t size, uint64_t next)
{
    if (parent->limit != ACCOUNT_UNLIMITED)
        wr(transaction, &parent->limit, parent->limit + size - next);
    wr(transaction, &parent->passed, parent->passed + next - size);
}

/* Closes an open account without open children. The tree's lock is held. */
void account_end(struct worker *worker, uint32_t place);

/* As accounts_settle; the tree's lock is held. */
bool accounts_sweep(struct worker *worker);

/* The place of an account in use whose number a client named, or ACCOUNT_NOBODY. */
uint32_t account_look_up(const struct worker *worker, uint64_t number);

/* The place of the account of a caller's number, which stays its own while the tree's lock is held. NotPermitted. */
must_use enum error accounts_caller(struct worker *worker, uint32_t caller, uint32_t *place);

/* An account is another one, or descends from it. */
bool account_is_within(const struct worker *worker, uint32_t place, uint32_t ancestor);

#endif
