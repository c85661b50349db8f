/* How the lying server ends itself when it is told to. */
#ifndef TESTS_TASKS_LIAR_DEATH_H
#define TESTS_TASKS_LIAR_DEATH_H

#include "servers/frameserv/core/worker.h"
#include <quire/system_call.h>

/* At each start: dies here if that was ordered. */
void death_at_start(void);

/* Dies if that was ordered for such a drop. */
void death_at_drop(struct worker *worker, const struct message *call);

/* LIAR_DIE: dies, or returns the reply. */
struct message death_ordered(const struct worker *worker, const struct message *call);

#endif
