/* The frame server as a task: to kill it, to put another image in its place, and to learn what its restarts came to.
 *
 * What tasks hold stays theirs over a restart, and a request that the server was at when it ended is answered as if nothing
 * had happened. Functions return errors as those of quire/client.h do. */
#ifndef QUIRE_SERVER_H
#define QUIRE_SERVER_H

#include <quire/abi.h>

/* A handle to the frame server's task, with the owner right, that can be cloned and moved; 0, which is never a handle: this
 * task was given none. Init gives one to tasks whose module line has the word `restart`. */
handle server_task(void);

/* Kills the frame server, which starts anew. Errors: BadHandle (this task has no handle to it), Ended (it was given up). */
must_use enum error server_restart(void);

/* Puts another image of the frame server in the place of the one that runs, between two requests: 0 is the one that the
 * machine started with, 1 and upwards the boot modules with the word `upgrade` in their order. On an error nothing happened.
 * Errors: BadHandle (this task has no handle to it), BadArgument (there is no such image), OtherLayout (the image lays its
 * kept memory out otherwise), Ended. */
must_use enum error server_upgrade(uint64_t image);

/* What restarts came to. */
struct server_recovery {
    uint64_t restarts;   /* since the machine started */
    enum restart reason; /* why the last one was: restart_name() of quire/names.h names it */
    uint64_t found;      /* 0: the server was between requests; else bits that `recovery` in the shell puts in words */
    uint64_t undone;     /* words that it put back */
    uint64_t reconciled; /* frames whose slots it compared with the kernel's ledger */
};
must_use enum error server_recovery(struct server_recovery *recovery);

/* Which image runs. */
struct server_image {
    uint64_t version; /* of the server's code */
    uint64_t layout;  /* of its kept memory; one of another layout can't take over */
};
must_use enum error server_image(struct server_image *image);

#endif
