/* Handle tables of tasks that the shell looks after. */
#ifndef SERVERS_SHELL_TABLES_H
#define SERVERS_SHELL_TABLES_H

#include "servers/shell/outcome.h"
#include <quire/abi.h>
#include <stdbool.h>

/* A task that is stopped for as long as its table is looked at. */
struct halted {
    handle task;
    bool ran; /* it is to go on */
};

/* Errors: those of system_call_stop. */
must_use outcome halt(handle task, struct halted *halted);
must_use outcome halt_end(const struct halted *halted);

/* Moves `count` handles into the table of a stopped task, as far up as there is room: it fills its table from below. *there:
 * the first one's name in that table. Errors: those of system_call_give. */
must_use outcome table_give(handle task, handle first, uint32_t count, handle *there);

/* Shows the handles in the table of a stopped task. */
must_use outcome table_show(handle task);

#endif
