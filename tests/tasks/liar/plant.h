/* Words of the server's that are spoilt on demand, and what the auditor says to that. */
#ifndef TESTS_TASKS_LIAR_PLANT_H
#define TESTS_TASKS_LIAR_PLANT_H

#include "servers/frameserv/core/worker.h"
#include <quire/system_call.h>

/* Answers LIAR_PLANT, LIAR_REMEMBER, LIAR_RESTORE and LIAR_AUDIT. */
struct message plant_word(const struct worker *worker, const uint64_t *words);
struct message plant_remember(const struct worker *worker, uint64_t address);
struct message plant_restore(const struct worker *worker);
struct message plant_audit(struct worker *worker, uint64_t next);

#endif
