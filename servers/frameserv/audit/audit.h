/* The auditor: recomputes from handle tables, ledger and page tables, as the kernel tells of them, and from slots, lists and
 * free blocks, what every slot, account and free block must say.
 *
 * It shares nothing with the code that it judges but the layouts. It believes no word: each is compared with bounds before it is
 * used as a number, no pointer is taken from kept memory, and every loop has an end that no word changes. It writes
 * neither kept memory nor slots, and touches no page of the window that nobody touched before. What it knows between two turns is in
 * ordinary memory, so that a restart makes a client begin anew. */
#ifndef FRAMESERV_AUDIT_AUDIT_H
#define FRAMESERV_AUDIT_AUDIT_H

#include "servers/frameserv/core/worker.h"

#define AUDIT_TURN 512 /* steps of one turn; a frame in use takes a few */

/* What a turn tells. */
struct audit_told {
    uint64_t next;          /* where to go on, 0: this was the end */
    enum audit_fault fault; /* AUDIT_FAULT_NONE: nothing disagreed so far */
    uint64_t where;         /* address, account, or number: see audit_faults.def */
    uint64_t should;
    uint64_t is;
};
/* At the end, with AUDIT_FAULT_NONE or _NOT_JUDGED: where, should and is are the frames in use, the handles to them, and the free
 * frames that were seen. */

/* Does a turn of an audit: `next` is what the last one told, or 0 to begin; thorough: slots inside of free blocks are looked at
 * too, as far as they exist. Each turn is exact for what it looks at:
 * all other workers stand still. Sums over all turns are judged if nothing was changed from
 * first to last; else the end tells AUDIT_FAULT_NOT_JUDGED. Errors: Again (that audit is over: begin anew). */
must_use enum error audit_turn(struct worker *worker, uint64_t next, bool thorough, struct audit_told *told);

#endif
