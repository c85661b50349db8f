/* What recoveries found, by operation: to tell one state of logs and intents from another. */
#ifndef TESTS_TASKS_KILL_STATES_H
#define TESTS_TASKS_KILL_STATES_H

#include <quire/abi.h>
#include <stdbool.h>
#include <stdint.h>

/* Notes that a request of this kind died in this state; true: for the first time. */
bool state_is_new(enum operation operation, uint64_t found);

#endif
