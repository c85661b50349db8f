/* The tasks that the suite `hostile` starts, watches, and starts anew. */
#ifndef TESTS_TASKS_HOSTILE_CHILDREN_H
#define TESTS_TASKS_HOSTILE_CHILDREN_H

#include "tests/tasks/hostile/random.h"
#include "tests/tasks/hostile/report.h"
#include <quire/error.h>
#include <quire/system_call.h>

enum role { ROLE_SERVER, ROLE_CLIENT, ROLE_ATTACKER, ROLE_LAST };

struct child {
    enum role role;
    uint32_t number;
    uint32_t cpu;     /* that it is started on: 1 + its number; 0: one that is drawn each time, if there are several */
    uint32_t account; /* that it buys in the name of; 0: there is none at the moment */
    handle server;    /* to the frame server in the account's name; moves to the child */
    handle report_frame;
    volatile struct report *report;
    handle task;   /* 0: none lives */
    uint64_t seen; /* the report's count when it was looked at last */
    uint64_t idle; /* how often it has been the same since */
};

/* What all children meet at. */
struct arena {
    handle ends;      /* where their ends notify: bit `number` of each */
    handle arena;     /* endpoint of the attackers */
    handle service;   /* endpoint of the honest server */
    handle neighbour; /* a task that attackers get a handle to */
    struct random random;
};

#define CHILD_FRAMES 640 /* limits of a child's account: once more than one message can bring, and a bit */
#define CHILD_TABLES 8

must_use enum error arena_make(struct arena *arena, uint64_t seed);
must_use enum error arena_end(const struct arena *arena);

/* A report for a child that is to be. */
must_use enum error child_prepare(struct child *child, enum role role, uint32_t number);

/* Starts it, with an account of its own; that of the one before it is closed, with all that it opened. TooManyAccounts: the
 * others have opened so many; later there may be one. */
must_use enum error child_start(struct child *child, struct arena *arena);

/* Waits until every task has run that is ready, whatever its priority: those of attackers end when these have, and give back
 * what they hold when nobody of more priority has anything to do. A child of role LAST that was prepared does it, on
 * each CPU. */
must_use enum error child_let_all_run(struct child *child, struct arena *arena);

/* Gives back what it had, but for what others hold. */
must_use enum error child_dismiss(struct child *child);

/* The bits of the children that have ended since the last time. Does not wait. */
must_use enum error arena_ended(const struct arena *arena, uint64_t *bits);

#endif
