#ifndef TESTS_TASKS_FIGHTER_EXCHANGE_H
#define TESTS_TASKS_FIGHTER_EXCHANGE_H

#include <quire/system_call.h>

/* Serves until it is told to stop; returns the task's exit code. */
uint64_t exchange_serve(handle here);

#endif
