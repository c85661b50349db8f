/* The tree of accounts. Each but those of boot was opened by another, its parent, out of whose limits its own were moved.
 * A closed account gives back at once what it does not use, and the rest as it is dropped: then it is swept here. Its
 * parent is always an open one, and no other account has a closed one as its parent.
 *
 * `caller` is the number of an account (NotPermitted: it is not open), `number` a client's. On an error nothing has changed; with OverLimit and
 * TooManyTables, worker->refusal tells whose limit it was. */
#ifndef FRAMESERV_CORE_ACCOUNTS_H
#define FRAMESERV_CORE_ACCOUNTS_H

#include "servers/frameserv/core/worker.h"

/* What may be passed on of what has no limit: so no sum of limits is too large for a word. */
#define ACCOUNT_PASSED_MAX (UINT64_C(1) << 63)

/* In place of a frame in a worker's intent: worker->reversal names the account that it opens. */
#define INTENT_ACCOUNT FRAMES_MAX

/* What an account may have. A limit can be ACCOUNT_UNLIMITED if the parent's is. */
enum resource { RESOURCE_FRAMES, RESOURCE_TABLES, RESOURCES };
struct account_terms {
    uint64_t limits[RESOURCES];
};

/* Opens an account that nothing is charged to, and sets the intent to it until the kernel accepts the reply.
 * Errors: OverLimit, TooManyTables (the caller has not that much left), TooManyAccounts. */
must_use enum error accounts_open(struct worker *worker, uint32_t caller, const struct account_terms *terms,
                                  uint32_t *number);

/* Closes the account again that the worker opened last, since nobody got a handle in its name. */
void accounts_take_back(struct worker *worker);

/* Gives a child of the caller other terms, what it passed on included. Errors: NoAccount; OverLimit, TooManyTables: less
 * than it uses and passed on, or the caller has not so much left. */
must_use enum error accounts_limit(struct worker *worker, uint32_t caller, uint64_t number,
                                   const struct account_terms *terms);

/* Closes a child of the caller, and all that descend from it. *charged: frames still charged to any of them.
 * Errors: NoAccount. */
must_use enum error accounts_close(struct worker *worker, uint32_t caller, uint64_t number, uint64_t *charged);

/* Has closed accounts give back what was dropped since, and frees the numbers of those that nothing is charged to. True:
 * there was some. Nobody holds the tree's lock or an account's. */
bool accounts_settle(struct worker *worker);

/* The place of an account that the caller may know about: its own (number 0), one that descends from it, or any if it
 * has the right to. A closed one counts while something is charged to it. Errors: NoAccount. */
must_use enum error accounts_find(struct worker *worker, uint32_t caller, bool any, uint64_t number, uint32_t *place);

/* For recovery, while no worker runs and locks are open: an account that an interrupted call opened is closed again.
 * Doing it twice is the same as doing it once. */
void accounts_reconcile(struct worker *worker);

#endif
