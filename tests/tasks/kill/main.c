/* Suite `kill`: the frame server dies at every instruction of every request, and nobody notices. The kernel's option `sweep` lets
 * it be stepped; the module's option `restart` gives this task the handle for it. */
#include "tests/tasks/kill/cases.h"
#include "tests/tasks/kill/neighbour.h"
#include "tests/tasks/kill/sweep.h"
#include "tests/tasks/own.h"

#include <quire/print.h>

#define ENTRIES 2048 /* of the handle table: room for two runs of the greatest length, and the fragments */

#define CASE(name, operation, error, prepare, size, translated, loose, where)                                          \
    static const struct sweep_case case_##name = {#name,      MESSAGE_##operation, ERROR_##error, prepare_##prepare,   \
                                                  (size),     (translated),        (loose)};                           \
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

static const struct tap_group fresh_tests = TAP_GROUP("fresh", fresh);
static const struct tap_group fragmented_tests = TAP_GROUP("fragmented", fragmented);

int main(void)
{
    static const struct tap_group *const groups[] = {&fresh_tests, &fragmented_tests};

    if (own_entries_reach(ENTRIES) != ERROR_NONE || !sweep_is_possible() || !neighbour_start()) {
        print("Bail out! the sweep can not begin\n");
        return 1;
    }
    tap_run(groups, sizeof(groups) / sizeof(groups[0]));
}
