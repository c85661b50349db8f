/* Accounts: the whole tree in one turn, since it changes as a whole. */
#include "servers/frameserv/audit/parts.h"
#include <quire/abi.h>

/* What children have of one thing. */
struct passed {
    uint64_t frames[ACCOUNTS];
    uint64_t tables[ACCOUNTS];
};

static bool is_used(uint64_t state)
{
    return account_is_open(state) || account_is_closed(state);
}

/* A place whose numbers are used up. */
static bool is_worn(uint64_t state)
{
    return state == ACCOUNT_CLOSED;
}

/* An account's ancestors are open, and end. */
static void check_parent(const struct turn *turn, uint32_t place)
{
    const struct account *accounts = turn->worker->keep->accounts;
    uint32_t at = place;

    for (uint32_t steps = 0; steps < ACCOUNTS; steps++) {
        at = account_parent(accounts[at].state);
        if (at == ACCOUNT_NOBODY)
            return;
        if (!account_is_open(accounts[at].state))
            break;
    }
    audit_tell(turn, AUDIT_FAULT_ACCOUNT_PARENT, place, ACCOUNT_NOBODY, at);
}

static void check_state(const struct turn *turn, uint32_t place, uint64_t state)
{
    uint32_t parent = is_used(state) ? account_parent(state) : ACCOUNT_NOBODY;
    uint64_t should = account_state(account_is_open(state) ? place : 0, account_generation(state), parent);

    if (account_is_closed(state))
        should |= ACCOUNT_CLOSED;
    if (audit_same(turn, AUDIT_FAULT_ACCOUNT_STATE, place, should, state) && is_used(state))
        check_parent(turn, place);
}

/* Frames are never charged beyond a limit; tables can be for a moment, by a change of kind that the kernel refused. */
static void check_limits(const struct turn *turn, uint32_t place, const struct account *account)
{
    uint64_t number = account_number(account->state, place);
    uint64_t state = account->state;
    bool boots = place == ACCOUNT_SYSTEM || (account_is_open(state) && account_parent(state) == ACCOUNT_NOBODY);

    if (boots) {
        audit_same(turn, AUDIT_FAULT_ACCOUNT_LIMIT, number, ACCOUNT_UNLIMITED, account->frames.limit);
        audit_same(turn, AUDIT_FAULT_ACCOUNT_LIMIT, number, ACCOUNT_UNLIMITED, account->tables.limit);
    } else if (place == ACCOUNT_NOBODY || !is_used(state) || is_worn(state)) {
        audit_same(turn, AUDIT_FAULT_ACCOUNT_LIMIT, number, 0, account->frames.limit);
        audit_same(turn, AUDIT_FAULT_ACCOUNT_LIMIT, number, 0, account->tables.limit);
    } else if (account->frames.used > account->frames.limit) {
        audit_tell(turn, AUDIT_FAULT_ACCOUNT_LIMIT, number, account->frames.used, account->frames.limit);
    }
}

static void add(uint64_t *sum, const struct share *share)
{
    if (share->limit != ACCOUNT_UNLIMITED)
        *sum += share->limit + share->passed;
}

bool audit_accounts(struct turn *turn)
{
    const struct account *accounts = turn->worker->keep->accounts;
    struct passed passed = {{0}, {0}};
    uint64_t accounts_end = turn->worker->keep->accounts_end;

    turn->steps += AUDIT_TURN / 2;
    if (accounts_end > ACCOUNT_SYSTEM)
        audit_tell(turn, AUDIT_FAULT_ACCOUNTS_END, ACCOUNT_SYSTEM, ACCOUNT_SYSTEM, accounts_end);
    audit_same(turn, AUDIT_FAULT_ACCOUNT_STATE, ACCOUNT_NOBODY, ACCOUNT_NEVER, accounts[ACCOUNT_NOBODY].state);
    audit_same(turn, AUDIT_FAULT_ACCOUNT_STATE, ACCOUNT_SYSTEM, 0, accounts[ACCOUNT_SYSTEM].state);
    for (uint32_t place = 1; place < ACCOUNT_SYSTEM; place++) {
        uint64_t state = accounts[place].state;
        check_state(turn, place, state);
        if (place >= accounts_end && is_used(state))
            audit_tell(turn, AUDIT_FAULT_ACCOUNTS_END, place, place + UINT64_C(1), accounts_end);
        if (is_used(state) && account_parent(state) != ACCOUNT_NOBODY) {
            add(&passed.frames[account_parent(state)], &accounts[place].frames);
            add(&passed.tables[account_parent(state)], &accounts[place].tables);
        }
    }
    for (uint32_t place = 0; place < ACCOUNTS; place++) {
        uint64_t number = account_number(accounts[place].state, place);
        check_limits(turn, place, &accounts[place]);
        audit_same(turn, AUDIT_FAULT_ACCOUNT_PASSED, number, passed.frames[place], accounts[place].frames.passed);
        audit_same(turn, AUDIT_FAULT_TABLES_PASSED, number, passed.tables[place], accounts[place].tables.passed);
    }
    return true;
}
