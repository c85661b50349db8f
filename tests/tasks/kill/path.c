#include "tests/tasks/kill/path.h"

void path_forget(struct path *path)
{
    path->known = 0;
}

/* How often it came to where it is after m instructions, this time included. */
static uint64_t times_at(const struct path *path, uint64_t m)
{
    uint64_t times = 0;

    for (uint64_t k = 1; k <= m; k++) {
        times += path->places[k] == path->places[m];
    }
    return times;
}

struct sweep_death path_plan(const struct path *path, uint64_t k, bool stepped)
{
    uint64_t m = k <= path->known ? k - 1 : path->known;

    if (stepped || k == 0 || m == 0) {
        return (struct sweep_death){.after = k};
    }
    return (struct sweep_death){.after = k - m, .address = path->places[m], .times = times_at(path, m)};
}

void path_note(struct path *path, uint64_t k, uint64_t place)
{
    if (k == path->known + 1 && k < PATH_MAX) {
        path->places[++path->known] = place;
    }
}
