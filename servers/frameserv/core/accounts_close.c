/* Accounts end: at once for who would charge them, and step by step as what they pay for is dropped. Each step is one
 * transaction, after which all shares fit together; who does all steps again after a kill ends the same. */
#include "servers/frameserv/core/accounts.h"

#include "servers/frameserv/core/accounts_parts.h"
#include "servers/frameserv/core/note.h"
#include "servers/frameserv/core/reversal.h"
#include <quire/abi.h>

/* A parent's share gets back what a closed account's does not use. */
static void share_return(struct transaction *transaction, struct share *parent, struct share *share)
{
    uint64_t kept = share->used;

    /* A change of kind that the kernel refused may have charged more than the limit. */
    if (share->limit != ACCOUNT_UNLIMITED && kept > share->limit)
        kept = share->limit;
    share_move(transaction, parent, share_size(share), kept);
    wr(transaction, &share->limit, kept);
}

/* What counts in an account's share counts in that of its parent instead; there it does already if that account's has a
 * limit. */
static void share_hand_on(struct transaction *transaction, struct share *parent, struct share *share, uint64_t size)
{
    wr(transaction, &share->passed, share->passed - size);
    if (share->limit == ACCOUNT_UNLIMITED)
        wr(transaction, &parent->passed, parent->passed + size);
}

/* An account's children, which are closed, become its parent's. This changes words of the tree alone. */
static void hand_on(struct worker *worker, uint32_t place, uint32_t parent)
{
    struct account *account = account_of(worker, place);
    struct account *next = account_of(worker, parent);

    for (uint32_t k = 1; k < ACCOUNT_SYSTEM; k++) {
        struct account *child = account_of(worker, k);
        if (!account_is_closed(child->state) || account_parent(child->state) != place)
            continue;
        struct transaction transaction = transaction_begin(worker->log);
        for (enum resource resource = 0; resource < RESOURCES; resource++)
            share_hand_on(&transaction, share_of(next, resource), share_of(account, resource),
                          share_of(child, resource)->limit);
        wr(&transaction, &child->state, ACCOUNT_CLOSED | account_state(0, account_generation(child->state), parent));
        transaction_commit(&transaction);
    }
}

void account_end(struct worker *worker, uint32_t place)
{
    struct account *account = account_of(worker, place);
    uint32_t parent_place = account_parent(account->state);
    struct account *parent = account_of(worker, parent_place);

    hand_on(worker, place, parent_place);
    accounts_lock(worker, account, parent);
    struct transaction transaction = transaction_begin(worker->log);
    for (enum resource resource = 0; resource < RESOURCES; resource++)
        share_return(&transaction, share_of(parent, resource), share_of(account, resource));
    wr(&transaction, &account->state,
       ACCOUNT_CLOSED | account_state(0, account_generation(account->state), parent_place));
    transaction_commit(&transaction);
    accounts_unlock(account, parent);
}

/* Whether a closed account has more than it uses, or uses nothing. Others may drop meanwhile. */
static bool has_rest(struct account *account)
{
    uint64_t frames = atomic_load_relaxed(&account->frames.used);
    uint64_t tables = atomic_load_relaxed(&account->tables.used);

    return frames == 0 || frames < account->frames.limit || tables < account->tables.limit;
}

/* A place that was used too often has no number left. It stays closed, as nobody's child. */
static uint64_t state_after(uint64_t state)
{
    uint32_t generation = account_generation(state) + 1;

    return generation < ACCOUNT_GENERATIONS ? account_state(0, generation, ACCOUNT_NOBODY) : ACCOUNT_CLOSED;
}

static void settle(struct worker *worker, struct account *account, struct account *parent)
{
    accounts_lock(worker, account, parent);
    struct transaction transaction = transaction_begin(worker->log);
    for (enum resource resource = 0; resource < RESOURCES; resource++)
        share_return(&transaction, share_of(parent, resource), share_of(account, resource));
    if (account->frames.used == 0)
        wr(&transaction, &account->state, state_after(account->state));
    transaction_commit(&transaction);
    accounts_unlock(account, parent);
}

bool accounts_sweep(struct worker *worker)
{
    bool any = false;

    for (uint32_t place = 1; place < ACCOUNT_SYSTEM; place++) {
        struct account *account = account_of(worker, place);
        uint32_t parent = account_parent(account->state);
        if (account_is_closed(account->state) && parent != ACCOUNT_NOBODY && has_rest(account)) {
            settle(worker, account, account_of(worker, parent));
            any = true;
        }
    }
    return any;
}

bool accounts_settle(struct worker *worker)
{
    accounts_enter(worker);
    bool any = accounts_sweep(worker);
    accounts_leave(worker);
    return any;
}

/* An open child of an account, or ACCOUNT_NOBODY. */
static uint32_t open_child(const struct worker *worker, uint32_t parent)
{
    for (uint32_t place = 1; place < ACCOUNT_SYSTEM; place++) {
        uint64_t state = worker->keep->accounts[place].state;
        if (account_is_open(state) && account_parent(state) == parent)
            return place;
    }
    return ACCOUNT_NOBODY;
}

/* Children before their parents, so that a kill in between leaves none without one. */
static void end_all(struct worker *worker, uint32_t root)
{
    uint32_t place = root;

    for (;;) {
        uint32_t child = open_child(worker, place);
        if (child != ACCOUNT_NOBODY) {
            place = child;
            continue;
        }
        uint32_t parent = account_parent(account_of(worker, place)->state);
        account_end(worker, place);
        if (place == root)
            return;
        place = parent;
    }
}

/* Notes which accounts the call is about, while they can be told by their parents. NoAccount: the caller can't close it. */
static enum error close_begin(struct worker *worker, uint32_t caller, uint32_t place)
{
    const struct account *account = account_of(worker, place);
    uint32_t own;
    enum error error = accounts_caller(worker, caller, &own);

    if (error != ERROR_NONE)
        return error;
    if (!account_is_open(account->state) || account_parent(account->state) != own)
        return ERROR_NO_ACCOUNT;
    note_unmark_all(worker);
    for (uint32_t k = 1; k < ACCOUNT_SYSTEM; k++) {
        if (account_is_within(worker, k, place))
            note_mark(worker, k);
    }
    note_begin(worker);
    return ERROR_NONE;
}

/* Closes what is still open, and notes what the accounts have left. */
static void close_rest(struct worker *worker, uint64_t number)
{
    uint32_t place = account_look_up(worker, number);
    uint64_t charged = 0;

    if (account_is_open(account_of(worker, place)->state))
        end_all(worker, place);
    for (uint32_t k = 1; k < ACCOUNT_SYSTEM; k++)
        charged += note_is_marked(worker, k) ? atomic_load_relaxed(&account_of(worker, k)->used) : 0;
    atomic_store_release(&worker->note->answer[0], charged);
    atomic_store_release(&worker->note->done, 1);
}

enum error accounts_close(struct worker *worker, uint32_t caller, uint64_t number, uint64_t *charged)
{
    enum error error = ERROR_NONE;

    accounts_enter(worker);
    if (!intent_has(worker, INTENT_NOTED))
        error = close_begin(worker, caller, account_look_up(worker, number));
    if (error == ERROR_NONE && !note_is_done(worker))
        close_rest(worker, number);
    if (error == ERROR_NONE)
        *charged = worker->note->answer[0];
    accounts_sweep(worker);
    accounts_leave(worker);
    return error;
}

void accounts_take_back(struct worker *worker)
{
    uint64_t number = worker->reversal->account;

    accounts_enter(worker);
    uint32_t place = account_look_up(worker, number);
    if (account_is_open(account_of(worker, place)->state)) /* not so when it was done, or its place is in use anew */
        account_end(worker, place);
    accounts_sweep(worker);
    accounts_leave(worker);
}

void accounts_reconcile(struct worker *worker)
{
    if (worker->control->intent == INTENT_ACCOUNT + 1 && worker->reversal->account != 0)
        accounts_take_back(worker);
}
