/* What the files of the child share: what calls and numbers mean, also to whoever starts it. */
#ifndef TESTS_TASKS_CHILD_CHILD_H
#define TESTS_TASKS_CHILD_CHILD_H

#include <quire/endpoint.h>
#include <stdint.h>

enum serve {
#define SERVE(number, NAME, text) SERVE_##NAME = (number),
#include "tests/tasks/child/serve.def"
#undef SERVE
};

enum use {
#define USE(NAME, name, gift, text) USE_##NAME,
#include "tests/tasks/child/uses.def"
#undef USE
};

enum deed {
#define DEED(number, NAME, name, vector, text) DEED_##NAME = (number),
#include "tests/tasks/child/deeds.def"
#undef DEED
};

/* A job's result is the child's exit code. */
#define JOB(NAME, name, text) uint64_t job_##name(void);
#include "tests/tasks/child/jobs.def"
#undef JOB

/* Exit code of `call`: the kernel's error, or this and the answer's label. */
#define CALL_ANSWERED UINT64_C(0x100)
/* Exit code of jobs that could not begin: this and an error. */
#define JOB_FAILED UINT64_C(0x10000)

/* What `say` prints, with the number of the line. */
#define SAY_FORMAT                                                                                                     \
    "# line %u of a task that has much to say: one message to the console is not enough for all of this\n"

/* A number of the arguments, 0 if there is none. */
uint64_t job_number(const char *key);

/* Rings the bell, if the child has one. */
void job_ring(void);

/* Does what was asked; message: the call, then the answer. */
void serve(struct endpoint_message *message);

void deed_do(enum deed deed);

#endif
