/* The tasks of the fight, and what they fight over. */
#ifndef TESTS_TASKS_SMP_MEMBERS_H
#define TESTS_TASKS_SMP_MEMBERS_H

#include "tests/tasks/hostile/random.h"
#include "tests/tasks/smp/board.h"
#include <quire/system_call.h>

#define FIGHTERS_LEAST 4
#define FIGHTERS_MAX 16
#define FIGHTERS_A_CPU 2

struct member {
    struct team *team;
    uint32_t number;
    uint32_t cpu;
    bool exchange;
    bool killed;
    handle desk; /* an exchange's: to call it */
    handle report_frame;
    struct report *report; /* of all that had this place */
    handle task;           /* 0: none lives */
};

/* Fighters on all CPUs that buy in one account's name and share a list: only they can take from it what they put there. */
#define TEAMS 2
struct team {
    uint32_t account;
    handle server; /* to the frame server, in the account's name */
    handle list;
};

struct fight_world {
    handle ends;
    handle board_frame;
    struct board *board;
    struct team teams[TEAMS];
    uint32_t exchanges; /* members 0 to this: one on each CPU, EXCHANGES_MAX at the most */
    uint32_t count;     /* of members */
    struct member members[EXCHANGES_MAX + FIGHTERS_MAX];
    uint64_t kills;
    uint64_t faults;
    uint64_t killed_at_list;
};

/* Makes all of it, and starts the exchanges. Errors as those of task_make. */
must_use enum error members_make(struct fight_world *world);

/* Starts one, unless others stand in the way: the next time, then. */
must_use enum error member_start(struct fight_world *world, struct member *member, uint64_t seed);

must_use enum error member_kill(struct fight_world *world, struct member *member);

/* Kills all, and waits until they are dead, whatever came before. */
void members_kill(struct fight_world *world);

/* One that has ended. */
must_use enum error member_bury(struct fight_world *world, struct member *member);

/* Bits of those that have ended since the last time. Does not wait. */
must_use enum error members_ended(const struct fight_world *world, uint64_t *bits);

/* Gives all back, when all have ended. */
must_use enum error members_unmake(struct fight_world *world);

#endif
