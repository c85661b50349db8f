/* Accounts begin, and their limits change. */
#include "servers/frameserv/core/accounts.h"

#include "servers/frameserv/core/accounts_parts.h"
#include "servers/frameserv/core/note.h"
#include "servers/frameserv/core/reversal.h"
#include <quire/abi.h>

static enum error refuse(struct worker *worker, const struct account *account, const struct refusal *refusal,
                         enum error error)
{
    uint32_t place = (uint32_t)(account - worker->keep->accounts);

    worker->refusal = *refusal;
    worker->refusal.account = account_number(atomic_load_relaxed(&account->state), place);
    return error;
}

enum error account_refuse(struct worker *worker, const struct account *account, const struct share *share,
                          uint64_t asked, enum error error)
{
    const struct refusal refusal = {.limit = share->limit, .used = share->used, .asked = asked};

    return refuse(worker, account, &refusal, error);
}

uint32_t account_look_up(const struct worker *worker, uint64_t number)
{
    uint32_t place = account_place((uint32_t)number);
    uint64_t state = atomic_load_relaxed(&worker->keep->accounts[place].state);

    if (place == ACCOUNT_NOBODY || place == ACCOUNT_SYSTEM || number > UINT32_MAX ||
        account_generation(state) != number / ACCOUNTS || !(account_is_open(state) || account_is_closed(state)))
        return ACCOUNT_NOBODY;
    return place;
}

bool account_is_within(const struct worker *worker, uint32_t place, uint32_t ancestor)
{
    while (place != ancestor && place != ACCOUNT_NOBODY)
        place = account_parent(worker->keep->accounts[place].state);
    return place == ancestor;
}

enum error accounts_caller(struct worker *worker, uint32_t caller, uint32_t *place)
{
    *place = account_place(caller);
    return account_is(account_of(worker, *place), caller) ? ERROR_NONE : ERROR_NOT_PERMITTED;
}

enum error accounts_find(struct worker *worker, uint32_t caller, bool any, uint64_t number, uint32_t *place)
{
    uint32_t own;

    accounts_enter(worker);
    enum error error = accounts_caller(worker, caller, &own);
    *place = number == 0 ? own : account_look_up(worker, number);
    if (error == ERROR_NONE && (*place == ACCOUNT_NOBODY || !(any || account_is_within(worker, *place, own))))
        error = ERROR_NO_ACCOUNT;
    accounts_leave(worker);
    return error;
}

/* Whether a share can get a limit, as far as its parent's is concerned. */
static bool can_grow(const struct share *parent, uint64_t size, uint64_t limit)
{
    if (limit <= size)
        return true;
    if (parent->limit != ACCOUNT_UNLIMITED)
        return limit != ACCOUNT_UNLIMITED && limit - size <= share_left(parent);
    return limit == ACCOUNT_UNLIMITED ||
           (limit <= ACCOUNT_PASSED_MAX && parent->passed - size <= ACCOUNT_PASSED_MAX - limit);
}

/* Why an account can't give a share that is of a size such a limit. It is locked. */
static enum error grow_error(struct worker *worker, struct account *parent, enum resource resource, uint64_t size,
                             uint64_t limit)
{
    const struct share *share = share_of(parent, resource);

    if (can_grow(share, size, limit))
        return ERROR_NONE;
    struct refusal refusal = {.limit = share->limit, .used = share->used, .asked = limit};
    if (limit != ACCOUNT_UNLIMITED)
        refusal.asked = limit - size;
    if (share->limit == ACCOUNT_UNLIMITED) {
        refusal.limit = ACCOUNT_PASSED_MAX;
        refusal.used = share->passed;
    }
    return refuse(worker, parent, &refusal, resource_error(resource));
}

/* A share begins, or has another limit: `limit` is what the account itself and its children may have together. */
static void share_set(struct transaction *transaction, struct share *parent, struct share *share, uint64_t size,
                      uint64_t limit)
{
    share_move(transaction, parent, size, limit == ACCOUNT_UNLIMITED ? 0 : limit);
    wr(transaction, &share->limit, limit == ACCOUNT_UNLIMITED ? limit : limit - share->passed);
}

static void begin(struct worker *worker, uint32_t caller, const struct account_terms *terms, uint32_t place)
{
    struct transaction transaction = transaction_begin(worker->log);
    struct account *parent = account_of(worker, caller);
    struct account *child = account_of(worker, place);
    uint64_t state = account_state(place, account_generation(child->state), caller);

    if (worker->keep->accounts_end <= place)
        wr(&transaction, &worker->keep->accounts_end, place + 1);
    wr(&transaction, &worker->reversal->account, (uint32_t)state);
    for (enum resource resource = 0; resource < RESOURCES; resource++)
        share_set(&transaction, share_of(parent, resource), share_of(child, resource), 0, terms->limits[resource]);
    for (uint32_t k = 0; k < SLOT_STORAGE_WORDS; k++)
        wr(&transaction, &worker->keep->records[place][k], 0); /* of who had the place before */
    wr(&transaction, &child->state, state);
    transaction_commit(&transaction);
}

static uint32_t free_place(const struct worker *worker)
{
    for (uint32_t place = 1; place < ACCOUNT_SYSTEM; place++) {
        uint64_t state = worker->keep->accounts[place].state;
        if (!account_is_open(state) && !account_is_closed(state))
            return place;
    }
    return ACCOUNT_NOBODY;
}

/* Whether the family of an account has as many accounts as it may. A family is an account that boot's opened, and all
 * below it; boot's own may open as many as there are. */
static bool family_is_full(const struct worker *worker, uint32_t place)
{
    const struct account *accounts = worker->keep->accounts;
    uint32_t members = 0;

    if (account_parent(accounts[place].state) == ACCOUNT_NOBODY)
        return false;
    while (account_parent(accounts[account_parent(accounts[place].state)].state) != ACCOUNT_NOBODY)
        place = account_parent(accounts[place].state);
    for (uint32_t k = 1; k < ACCOUNT_SYSTEM; k++)
        members += (account_is_open(accounts[k].state) || account_is_closed(accounts[k].state)) &&
                   account_is_within(worker, k, place);
    return members >= ACCOUNT_FAMILY_MAX;
}

enum error accounts_open(struct worker *worker, uint32_t caller, const struct account_terms *terms, uint32_t *number)
{
    uint32_t own;

    intent_set(worker, INTENT_ACCOUNT);
    accounts_enter(worker);
    accounts_sweep(worker);
    uint32_t place = free_place(worker);
    enum error error = accounts_caller(worker, caller, &own);
    struct account *parent = account_of(worker, own);
    if (error == ERROR_NONE && (place == ACCOUNT_NOBODY || family_is_full(worker, own)))
        error = ERROR_TOO_MANY_ACCOUNTS;
    if (error == ERROR_NONE) {
        lock_acquire(&parent->lock, worker->number);
        for (enum resource resource = 0; resource < RESOURCES && error == ERROR_NONE; resource++)
            error = grow_error(worker, parent, resource, 0, terms->limits[resource]);
        if (error == ERROR_NONE) {
            begin(worker, own, terms, place);
            *number = (uint32_t)account_of(worker, place)->state;
        }
        lock_release(&parent->lock);
    }
    accounts_leave(worker);
    return error;
}

static bool has_unlimited_child(struct worker *worker, uint32_t parent, enum resource resource)
{
    for (uint32_t place = 1; place < ACCOUNT_SYSTEM; place++) {
        struct account *account = account_of(worker, place);
        if (account_is_open(account->state) && account_parent(account->state) == parent &&
            share_of(account, resource)->limit == ACCOUNT_UNLIMITED)
            return true;
    }
    return false;
}

/* Why a share can't get another limit. Both accounts are locked. */
static enum error limit_error(struct worker *worker, struct account *parent, struct account *child,
                              enum resource resource, uint64_t limit)
{
    const struct share *share = share_of(child, resource);
    struct refusal refusal = {.limit = limit, .used = share->used + share->passed};
    uint32_t place = (uint32_t)(child - worker->keep->accounts);

    if (limit != ACCOUNT_UNLIMITED && share->limit == ACCOUNT_UNLIMITED && has_unlimited_child(worker, place, resource))
        refusal.asked = ACCOUNT_UNLIMITED;
    if (limit < refusal.used || refusal.asked != 0)
        return refuse(worker, child, &refusal, resource_error(resource));
    return grow_error(worker, parent, resource, share_size(share), limit);
}

enum error accounts_limit(struct worker *worker, uint32_t caller, uint64_t number, const struct account_terms *terms)
{
    uint32_t own;

    accounts_enter(worker);
    accounts_sweep(worker);
    enum error error = accounts_caller(worker, caller, &own);
    struct account *parent = account_of(worker, own);
    struct account *child = account_of(worker, account_look_up(worker, number));
    if (error == ERROR_NONE && !(account_is_open(child->state) && account_parent(child->state) == own))
        error = ERROR_NO_ACCOUNT;
    if (error == ERROR_NONE) {
        accounts_lock(worker, parent, child);
        for (enum resource resource = 0; resource < RESOURCES && error == ERROR_NONE; resource++)
            error = limit_error(worker, parent, child, resource, terms->limits[resource]);
        if (error == ERROR_NONE) {
            struct transaction transaction = transaction_begin(worker->log);
            for (enum resource resource = 0; resource < RESOURCES; resource++) {
                struct share *share = share_of(child, resource);
                share_set(&transaction, share_of(parent, resource), share, share_size(share), terms->limits[resource]);
            }
            note_done(worker, &transaction, 0);
            transaction_commit(&transaction);
        }
        accounts_unlock(parent, child);
    }
    accounts_leave(worker);
    return error;
}
