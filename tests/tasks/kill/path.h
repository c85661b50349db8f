/* The way that the server takes through a request, or through a recovery, as far as it is known from deaths on it: to die after its
 * k-th instruction it need not be stepped k times, when it is known where it was one instruction before. */
#ifndef TESTS_TASKS_KILL_PATH_H
#define TESTS_TASKS_KILL_PATH_H

#include <quire/system_call.h>

#define PATH_MAX 65536

struct path {
    uint64_t known;            /* addresses behind instructions 1 to this one are known */
    uint64_t places[PATH_MAX]; /* by number of the instruction */
};

void path_forget(struct path *path);

/* A death after k instructions, 0: none. `stepped`: the whole way by single-step, whatever is known. */
struct sweep_death path_plan(const struct path *path, uint64_t k, bool stepped);

/* After k instructions it was here. */
void path_note(struct path *path, uint64_t k, uint64_t place);

#endif
