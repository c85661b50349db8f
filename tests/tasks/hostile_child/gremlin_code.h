/* A page of code that needs no memory: see gremlin_code.S. */
#ifndef TESTS_TASKS_HOSTILE_CHILD_GREMLIN_CODE_H
#define TESTS_TASKS_HOSTILE_CHILD_GREMLIN_CODE_H

#include <stdint.h>

extern const char gremlin_code[];
extern const uint64_t gremlin_code_size;

#endif
