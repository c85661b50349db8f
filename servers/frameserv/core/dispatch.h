/* From a received call to its reply, without a system call of its own. */
#ifndef FRAMESERV_CORE_DISPATCH_H
#define FRAMESERV_CORE_DISPATCH_H

#include "servers/frameserv/core/worker.h"
#include <quire/system_call.h>

/* Serves the call that *message holds as it was received, and leaves the reply in it: rax with the action, rsi (0 or
 * the error), words, r13, r14. rdi is the caller's to fill. Registers that carry no result are 0; of an error about one
 * frame of a run (CLAIM, CLONE, LOOKUP, UNIQUE, SHARE), word 0 is its place in the run, counted from 0; of an error about
 * a limit, words 1 to 4 are worker->refusal.
 * The call pays for some of what dying lists left to do (lists.h), before anything else.
 * A call in mode DROP is a drop, whatever its label says, and never fails: its handles have left their table. */
void dispatch(struct worker *worker, struct message *message);

/* To be called when the kernel refused the action of the last reply, with its status in rax: takes back
 * what the operation did, and leaves a reply with that error in *message. */
void dispatch_refused(struct worker *worker, struct message *message);

#endif
