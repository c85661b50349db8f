/* Calls drawn at random, of every operation: right ones mostly, and such as are refused for every reason. */
#ifndef TESTS_HOST_STOP_CALLS_H
#define TESTS_HOST_STOP_CALLS_H

#include "tests/host/random.h"
#include "tests/host/stop_kernel.h"

/* Draws a call. It may be one that the kernel does not deliver. */
void stop_draw(struct random *random, struct world *world, struct stop_call *call);

/* A call with the handle of an index, or without. */
struct stop_call stop_call_make(uint32_t operation, uint32_t mode, enum action want, uint32_t handle);

const char *stop_operation_name(uint32_t operation);

#endif
