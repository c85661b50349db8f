/* What the lying server says of its own: lies, and answers about what it saw. */
#ifndef TESTS_TASKS_LIAR_ANSWERS_H
#define TESTS_TASKS_LIAR_ANSWERS_H

#include "servers/frameserv/core/worker.h"
#include "tests/tasks/liar.h"
#include <quire/system_call.h>

#define LIAR_FRAME_OF_INTENT 1 /* the worker's intent during a lie: frame 0, which is never touched */

extern uint64_t answers_nobody[LIAR_ACTIONS + 1];
extern uint64_t answers_planted;
extern uint64_t answers_selectors;
extern bool answer_is_garbage; /* the reply's endpoint handle too */

/* A reply of words, with secrets where no handle goes along. */
struct message answer_words(uint64_t label, uint64_t word_0);

/* Leaves the reply to one of the labels of liar.h in *message. */
void answer(struct worker *worker, struct message *message);

/* A drop of frames of the arena, or of those set aside, which stay so in the server's books: leaves the reply in *message.
 * false: it is of others. */
bool answer_drop(struct worker *worker, struct message *message);

#endif
