/* Accounts: who pays for which frames. A frame's payer stands in its slot; the sum of `used` over all
 * accounts is the number of frames outside the allocator. */
#ifndef FRAMESERV_CORE_ACCOUNT_H
#define FRAMESERV_CORE_ACCOUNT_H

#include <quire/atomic.h>
#include <quire/error.h>
#include <stdint.h>

#define ACCOUNTS 256
#define ACCOUNT_NOBODY 0              /* payer of the allocator's frames */
#define ACCOUNT_SYSTEM (ACCOUNTS - 1) /* payer of what boot set aside: kernel, window, first tasks */

/* One cache line, so that two accounts do not share one. Accounts of clients that share out what they have get a
 * parent; a child's limit is then part of the parent's use, so that a charge concerns one account only. */
struct account {
    atomic_word lock;  /* guards the rest */
    atomic_word used;  /* frames charged to it; changes in the transaction that changes their payer */
    atomic_word limit; /* the most that it may be charged */
    uint64_t open;     /* 1: the account exists */
    uint64_t parent;   /* number, or ACCOUNT_NOBODY */
    uint64_t unused[3];
};
_Static_assert(sizeof(struct account) == 64, "a cache line");

/* The open account of a number that came from outside. NotPermitted: there is none. */
static inline must_use enum error account_find(struct account *accounts, uint32_t number, struct account **account)
{
    if (number == ACCOUNT_NOBODY || number >= ACCOUNT_SYSTEM || !accounts[number].open)
        return ERROR_NOT_PERMITTED;
    *account = &accounts[number];
    return ERROR_NONE;
}

/* Opens an account that nothing is charged to. The caller alone uses the table, or holds the account's lock. */
void account_open(struct account *account, uint64_t limit, uint32_t parent);

#endif
