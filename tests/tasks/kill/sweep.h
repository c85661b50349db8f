/* The sweep: the server is killed after each of its instructions in one request, and then after each instruction of the recovery
 * from that. Words of the kernel's command line: count=N (about so many kill points of each case and of each state, which ones, the
 * seed draws; 1000000: all), point=K[,J] (this one only). */
#ifndef TESTS_TASKS_KILL_SWEEP_H
#define TESTS_TASKS_KILL_SWEEP_H

#include "tests/tasks/kill/cases.h"

/* Plays a case at all its kill points, on memory that is cut to pieces or not, and prints what came of it. */
void sweep(const char *group, const struct sweep_case *one, bool fragmented);

/* Whether the kernel sweeps, and this task may. Says so if not. */
bool sweep_is_possible(void);

#endif
