/* Which instructions the server is killed after: all, or some, drawn from the seed. */
#ifndef TESTS_TASKS_KILL_POINTS_H
#define TESTS_TASKS_KILL_POINTS_H

#include <stdbool.h>
#include <stdint.h>

struct points {
    uint64_t next;
    uint64_t step;
    uint64_t whole; /* up to here each one */
    uint64_t end;   /* the last one */
};

/* All instructions of a way that has `length`, and those behind its end: who asks knows by there being no death any more that it is over.
 * Of one that is longer than `whole` all up to there, and then POINTS_BEYOND or less, since to each of these the server has
 * to be stepped: such a long way is a loop. With the word count=N of the
 * kernel's command line, N below POINTS_ALL, about N, drawn from the seed and the salt. */
#define POINTS_WHOLE 5000
#define POINTS_WHOLE_MANY                                                                                              \
    500 /* of recoveries from requests about many frames, and of those from the later states of a case with many */
#define POINTS_BEYOND 60
#define POINTS_STEPS 3000000 /* that those beyond may take together */
#define POINTS_ALL 1000000
struct points points_begin(uint64_t length, uint64_t salt, uint64_t whole);
bool points_next(struct points *points, uint64_t *point);

/* The word point=K[,J]: *k and *j, and only these. */
bool points_only(uint64_t *k, uint64_t *j);

#endif
