/* The table of cases, and who prepares them. */
#ifndef TESTS_TASKS_KILL_CASES_H
#define TESTS_TASKS_KILL_CASES_H

#include "tests/tasks/kill/scene.h"

/* Words of an answer. */
#define W(k) (1 << (k))

enum where { FRESH, BOTH };

struct sweep_case {
    const char *name;
    enum operation operation;
    enum error error; /* the answer, of kernel or server */
    void (*prepare)(struct scene *scene);
    uint32_t size;
    uint32_t translated;
    uint32_t loose;
};

/* Each sets the scene and the request; scene->size is set. */
#define CASE(name, operation, error, prepare, size, translated, loose, where)                                          \
    void prepare_##prepare(struct scene *scene);
#include "tests/tasks/kill/cases.def"
#undef CASE

/* What several of them need. */
void drain_caches(struct scene *scene);
handle account_without_rights(struct scene *scene, uint64_t frames);

#endif
