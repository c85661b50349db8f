/* A child of the tests of life, endpoints and accounts: does the job that its arguments name. */
#include "tests/tasks/child/child.h"

#include <quire/client.h>
#include <string.h>

#define JOB_NAME_MAX 16

static const struct {
    const char *name;
    uint64_t (*run)(void);
} jobs[] = {
#define JOB(NAME, name, text) {#name, job_##name},
#include "tests/tasks/child/jobs.def"
#undef JOB
};

uint64_t job_number(const char *key)
{
    return start_option_number(start_page()->arguments, key, 0);
}

void job_ring(void)
{
    handle bell = start_handle("bell");

    if (bell != 0 && system_call_notify(bell) != ERROR_NONE) {
        system_call_exit(JOB_FAILED);
    }
}

int main(void)
{
    char name[JOB_NAME_MAX];

    (void)start_option(start_page()->arguments, "job", name, sizeof(name), "");
    for (size_t k = 0; k < sizeof(jobs) / sizeof(jobs[0]); k++) {
        if (strcmp(jobs[k].name, name) == 0) {
            system_call_exit(jobs[k].run());
        }
    }
    return JOB_FAILED + ERROR_BAD_OPTION;
}
