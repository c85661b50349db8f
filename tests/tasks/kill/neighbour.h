/* The second client: a task of the same priority, kill_client.c, that works with frames and lists of its own, and looks whether
 * all is as it should be. What it and the sweep tell one another is in a page that both map. */
#ifndef TESTS_TASKS_KILL_NEIGHBOUR_H
#define TESTS_TASKS_KILL_NEIGHBOUR_H

#include <stdbool.h>
#include <stdint.h>

#define NEIGHBOUR_PAGE "page" /* the gift's name */

struct neighbour_page {
    /* the neighbour's */
    volatile uint64_t rounds;       /* things that it has done */
    volatile uint64_t failed_line;  /* 0, or where it saw something wrong */
    volatile uint64_t failed_error; /* the error there, or what was seen */
    volatile uint64_t resting;      /* it holds nothing and does nothing */
    volatile uint64_t held;         /* it does nothing */
    /* the sweep's */
    volatile uint64_t rest; /* it is to give back all, and do nothing */
    volatile uint64_t hold; /* it is to do nothing, and keep what it has */
    volatile uint64_t
        steady; /* it is to keep the frames that it has, and to do with them what leaves free memory as it was */
    volatile uint64_t seed;
};

/* Starts it, resting. False: that failed, and was said. */
bool neighbour_start(void);

/* It works between this and the other: after the latter it holds nothing. */
void neighbour_wake(void);
void neighbour_rest(void);

/* Lets it work: others run until it has done something. */
void neighbour_works(void);

/* It works on, and has other frames after: then it keeps those, so that the server's way through a request stays the same. */
void neighbour_changes(void);

/* Waits until it does nothing; it goes on with neighbour_works or neighbour_changes. */
void neighbour_hold(void);

/* Frames charged to its account. */
uint64_t neighbour_used(void);

/* Whether it saw nothing wrong; says so once. */
bool neighbour_is_content(void);

#endif
