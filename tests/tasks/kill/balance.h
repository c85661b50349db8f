/* Where all frames are: free, or charged to somebody. */
#ifndef TESTS_TASKS_KILL_BALANCE_H
#define TESTS_TASKS_KILL_BALANCE_H

#include "tests/tasks/kill/observe.h"

struct balance {
    uint64_t sum; /* of free frames and those charged to this task, the neighbour and the scene's accounts */
    uint64_t own; /* charged to this task */
    uint32_t entries;
};

/* While the neighbour is held. scene: NULL if there is none. */
void balance_take(struct balance *balance, const struct scene *scene);

/* Counts a frame that is in neither, or in both. */
void balance_compare(struct observer *observer, const struct balance *before, const struct scene *scene);

/* At the scene's end: all that it took is back. Lists that end with many members take some requests for that. */
void balance_settle(struct observer *observer, const struct balance *before);

#endif
