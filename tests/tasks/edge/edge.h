/* What the files of the suite share. Each holds the tests of one topic. */
#ifndef TESTS_TASKS_EDGE_H
#define TESTS_TASKS_EDGE_H

#include <quire/client.h>
#include <quire/tap.h>

extern const struct tap_group boundary_tests;
extern const struct tap_group memory_tests;
extern const struct tap_group list_tests;

/* Each waits until the group's helper tasks have all that they will ever keep, so that a test can count frames. */
must_use enum error boundary_prepare(void);
must_use enum error memory_prepare(void);

/* memory.c: whether the hoarders can hold all frames (if not, the test is skipped); they take all; they give all back, and
 * so many are free then. */
bool memory_fits(void);
void memory_take_all(void);
void memory_give_back(uint64_t free);

/* What a task said, or what the kernel said instead. */
static inline enum error answer(struct reply reply)
{
    return (enum error)(reply.status != ERROR_NONE ? reply.status : reply.label);
}

#endif
