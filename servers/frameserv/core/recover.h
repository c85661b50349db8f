/* What a restarted server does before it serves: it undoes what was begun, and brings the frames that calls were at in line
 * with the kernel's ledger. No memory is looked through: the cost depends on the number of workers and on how many frames
 * their intents name. One worker does it for all; then the others join it, and the kernel delivers to each the call that it
 * was interrupted in again: dispatch_interrupted.c.
 *
 * Recovery may itself be killed after any instruction, and begins anew then. */
#ifndef FRAMESERV_CORE_RECOVER_H
#define FRAMESERV_CORE_RECOVER_H

#include "servers/frameserv/core/worker.h"

/* What a restart found, from logs, intents and locks as they were at the server's death: a word whose equality means that
 * recovery has the same to do. Bits: below. */
#define FOUND_LOG_LENGTH 0        /* 8 bits: entries of undo logs */
#define FOUND_INTENT 8            /* a single intent */
#define FOUND_ACCOUNT 9           /* it is an account that is opened */
#define FOUND_RUN 10              /* 10 bits: length of the run of intents */
#define FOUND_REVERSAL 20         /* there is something to be reversed: a kind, */
#define FOUND_REVERSAL_LIST 21    /* a place in a list, */
#define FOUND_REVERSAL_ACCOUNT 22 /* an account */
#define FOUND_NOTED 23            /* how far the call was is noted */
#define FOUND_LOCKS 24 /* locks held: of the tree of accounts; 25: the free blocks; 26: dying lists; 27: a list; */
#define FOUND_LOCKED_ACCOUNTS 28 /* 4 bits: how many of accounts */
#define FOUND_LOCKED_CACHES 32   /* 7 bits: how many of caches */
#define FOUND_COUNTED 39         /* what the call ends is counted */
#define FOUND_SWEPT 40           /* dying lists paid for it before it began */

/* The first step, for the whole server: what was begun and not committed is undone, and all locks are open. */
void recover_begin(struct keep *keep, uint64_t reason);

/* All of it, while no worker runs: then brings what each worker's call was at in line with the ledger, whoever else was at
 * that, too. `make` makes of *worker, whose keep is known, the worker of a number, one of `count`, as at its start. */
typedef void worker_maker(struct worker *worker, uint32_t number);
void recover(struct worker *worker, uint32_t count, uint64_t reason, worker_maker *make);

#endif
