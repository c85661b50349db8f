/* A child that does what it is asked. */
#ifndef TESTS_CHILDREN_SERVER_H
#define TESTS_CHILDREN_SERVER_H

#include "tests/children/children.h"
#include "tests/tasks/child/child.h"

/* A child that serves at a desk of its own: see tasks/child/serve.def. */
struct server {
    handle task;
    handle desk; /* this task's, with all rights but that to receive */
};
must_use enum error server_start(struct server *server);

/* The same in the name of another account: the handle, which moves, and the number (0: this task's). */
must_use enum error server_start_in(handle frame_server, uint32_t account, struct server *server);

/* Asks it. Returns what it answers, or the error of the call. */
must_use enum error server_ask(const struct server *server, enum serve what, uint64_t word_0, uint64_t word_1,
                               uint64_t words[MESSAGE_WORDS]);

/* Gives it a handle; *theirs: what it knows it as. */
must_use enum error server_give(const struct server *server, handle value, handle *theirs);

/* Kills it and drops both. */
void server_kill(const struct server *server);

#endif
