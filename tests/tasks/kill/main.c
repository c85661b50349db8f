/* Suite `kill`: the frame server dies at every instruction of every request, and nobody notices. The kernel's option `sweep` lets
 * it be stepped; the module's option `restart` gives this task the handle for it. */
#include "tests/tasks/kill/cases.h"
#include "tests/tasks/kill/neighbour.h"
#include "tests/tasks/kill/sweep.h"
#include "tests/tasks/own.h"

#include <quire/print.h>

#define ENTRIES 2048 /* of the handle table: room for two runs of the greatest length, and the fragments */

#define CASE(name, operation, error, prepare, size, translated, loose, where)                                          \
    static const struct sweep_case case_##name = {#name,  MESSAGE_##operation, ERROR_##error, prepare_##prepare,       \
                                                  (size), (translated),        (loose)};                               \
    static void fresh_##name(void)                                                                                     \
    {                                                                                                                  \
        sweep("fresh", &case_##name, false);                                                                           \
    }                                                                                                                  \
    __attribute__((unused)) static void fragmented_##name(void)                                                        \
    {                                                                                                                  \
        sweep("fragmented", &case_##name, true);                                                                       \
    }
#include "tests/tasks/kill/cases.def"
#undef CASE

static const struct tap_test fresh[] = {
#define CASE(name, operation, error, prepare, size, translated, loose, where) {#name, fresh_##name},
#include "tests/tasks/kill/cases.def"
#undef CASE
};

/* Of those that only go on fresh memory there is nothing here. */
#define ENTRY_FRESH(name)
#define ENTRY_BOTH(name) {#name, fragmented_##name},
static const struct tap_test fragmented[] = {
#define CASE(name, operation, error, prepare, size, translated, loose, where) ENTRY_##where(name)
#include "tests/tasks/kill/cases.def"
#undef CASE
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Those that are this machine's: with the word part=K/N of the kernel's command line, each N-th from the K-th on. */
static size_t choose(const struct tap_test *from, size_t count, size_t before, struct tap_test *to)
{
    char buffer[16];
    const char *part = start_option(start_page()->command_line, "part", buffer, sizeof(buffer), "1/1");
    size_t first = (size_t)(part[0] - '1');
    size_t step = (size_t)(part[2] - '0');
    size_t chosen = 0;

    for (size_t k = 0; k < count; k++) {
        if ((before + k) % step == first) {
            to[chosen++] = from[k];
        }
    }
    return chosen;
}

int main(void)
{
    static struct tap_test chosen[COUNT(fresh) + COUNT(fragmented)];
    static struct tap_group groups[2] = {{.name = "fresh"}, {.name = "fragmented"}};
    static const struct tap_group *const all[] = {&groups[0], &groups[1]};

    groups[0].tests = chosen;
    groups[0].count = choose(fresh, COUNT(fresh), 0, chosen);
    groups[1].tests = chosen + groups[0].count;
    groups[1].count = choose(fragmented, COUNT(fragmented), COUNT(fresh), chosen + groups[0].count);
    if (own_entries_reach(ENTRIES) != ERROR_NONE || !sweep_is_possible() || !neighbour_start()) {
        print("Bail out! the sweep can not begin\n");
        return 1;
    }
    tap_run(all, COUNT(all));
}
