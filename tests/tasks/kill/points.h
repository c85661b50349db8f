/* Which instructions the server is killed after: all, or some, drawn from the seed. */
#ifndef TESTS_TASKS_KILL_POINTS_H
#define TESTS_TASKS_KILL_POINTS_H

#include <stdbool.h>
#include <stdint.h>

struct points {
    uint64_t next;
    uint64_t step;
    uint64_t end; /* with a step: the last one */
};

/* Of about `length` instructions. With the word count=N of the kernel's command line, N of them and the one behind the end; without,
 * all, and there is no end: who asked knows it by there being no death any more. salt: beside the seed, which ones. */
struct points points_begin(uint64_t length, uint64_t salt);
bool points_next(struct points *points, uint64_t *point);

/* The word point=K[,J]: *k and *j, and only these. */
bool points_only(uint64_t *k, uint64_t *j);

#endif
