/* What a restarted server does before it serves: it undoes what was begun, and brings the frames that calls were at in line
 * with the kernel's ledger. No memory is looked through: the cost depends on the number of workers and on how many frames
 * their intents name.
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
#define FOUND_LOCKS 24            /* 16 bits: locks held */

/* Counts of restarts and of what the last one did; kept, told by STATISTICS. */
struct recovery {
    atomic_word restarts;
    atomic_word reason; /* enum restart */
    atomic_word found;
    atomic_word undone;     /* words that logs put back */
    atomic_word reconciled; /* frames */
};

/* Recovers for all workers, while none runs. */
void recover(struct worker *worker);

#endif
