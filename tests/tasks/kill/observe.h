/* What can be seen after a request: noted once without a death, then compared after each. */
#ifndef TESTS_TASKS_KILL_OBSERVE_H
#define TESTS_TASKS_KILL_OBSERVE_H

#include "tests/tasks/kill/scene.h"

#define OBSERVATIONS 640

/* What can be wrong; the columns of the table of `make kill`. */
enum wrong {
#define WRONG(NAME, name, text) WRONG_##NAME,
#include "tests/tasks/kill/wrongs.def"
#undef WRONG
    WRONGS
};

const char *wrong_name(enum wrong wrong);

/* What was seen, in the order in which it was looked at. */
struct record {
    uint64_t values[OBSERVATIONS];
    uint32_t count;
};

struct observer {
    bool compares; /* else it notes */
    struct record *record;
    uint32_t next;
    uint64_t wrong[WRONGS];
    uint64_t told;            /* lines about what is wrong */
    void (*tell_where)(void); /* says at which point, before the first line of a point */
};

void observe_begin(struct observer *observer, bool compares);

/* One thing that was seen. `place` tells which of several. */
void observe(struct observer *observer, enum wrong wrong, const char *what, uint64_t place, uint64_t value);

/* What has to hold in every run. Returns it. */
bool observe_holds(struct observer *observer, enum wrong wrong, const char *what, uint64_t actual, uint64_t expected);

/* All that is compared after a request: the answer; handles, slots and contents of what the scene holds; the order of its list; what
 * its accounts use. Words of the answer in `translated` are addresses or numbers that the scene knows; those in `loose` depend on
 * what others do. */
void observe_scene(struct observer *observer, const struct scene *scene, uint32_t translated, uint32_t loose);

/* What an audit of all memory finds. The other client must be held. */
void observe_audit(struct observer *observer);

#endif
