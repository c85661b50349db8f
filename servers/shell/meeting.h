/* Endpoints where programs of the shell meet: `call=NAME` and `receive=NAME` of `start`, as on module lines. */
#ifndef SERVERS_SHELL_MEETING_H
#define SERVERS_SHELL_MEETING_H

#include "servers/shell/outcome.h"
#include <quire/make_task.h>

#define GIFTS_MAX (START_HANDLES - 2) /* that a plan can have */

/* Handles for a program that is to be started. */
struct gifts {
    uint32_t count;
    struct task_gift list[GIFTS_MAX];
    char names[GIFTS_MAX][START_NAME];
    uint32_t rights[GIFTS_MAX]; /* RIGHT_CALL, RIGHT_RECEIVE, or 0: the frame server's task */
    uint32_t fresh[GIFTS_MAX];  /* not 0: number of the endpoint that was made for it */
};

/* Whether the word is one of these, or `restart`; it is noted then. Errors: BadWord (no name, or too long), ManyNames. */
must_use outcome gifts_read(const char *word, struct gifts *gifts, bool *found);

/* Makes the handles, and endpoints that have no name yet. badge: the number of the program's account.
 * Errors: those of endpoint_make, endpoint_clone, ManyNames; BadHandle (the shell can't restart the frame server). */
must_use outcome gifts_make(struct gifts *gifts, uint64_t badge);

/* Shows the endpoints that were made. */
void gifts_show(const struct gifts *gifts);

/* Gives all back that was made. */
void gifts_drop(struct gifts *gifts);

#endif
