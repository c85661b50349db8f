// Explores the slot protocol (servers/frameserv/core/slot.h, lock.h) under the memory model of C11 with Relacy: every
// interleaving of two threads and of three, and every value that each load may see. Then plants one mistake after the
// other: each must be found.
#include "tests/model/scenarios.hpp"

#include <cstdio>

#define DEPTH 2000 // steps until a run counts as endless

static const plant plants[] = {
    {mistake::weaker, "slot_begin", "swap", MODEL_RELAXED},
    {mistake::weaker, "slot_publish_shared", "store", MODEL_RELAXED},
    {mistake::weaker, "slot_add", "swap", MODEL_RELAXED},
    {mistake::weaker, "slot_remove", "subtract", MODEL_RELAXED},
    {mistake::weaker, "slot_remove", "fence", MODEL_RELAXED},
    {mistake::weaker, "slot_retire", "store", MODEL_RELAXED},
    {mistake::weaker, "slot_make_unique", "swap", MODEL_RELAXED},
    {mistake::weaker, "lock_acquire", "swap", MODEL_RELAXED},
    {mistake::weaker, "lock_release", "store", MODEL_RELAXED},
    {mistake::torn, "slot_begin", "swap", MODEL_RELAXED},
    {mistake::torn, "slot_add", "swap", MODEL_RELAXED},
    {mistake::torn, "slot_remove", "subtract", MODEL_RELAXED},
    {mistake::torn, "slot_make_unique", "swap", MODEL_RELAXED},
    {mistake::torn, "lock_acquire", "swap", MODEL_RELAXED},
    {mistake::kind_before_add, "a look-up", "", MODEL_RELAXED},
};
static const size_t PLANTS = sizeof(plants) / sizeof(plants[0]);

struct scenario {
    const char *name;
    bool (*run)(rl::test_params &params);
};

#define SCENARIO(name)                                                                                                 \
    {#name ", 2 threads", rl::simulate<name<2>>},                                                                      \
    {                                                                                                                  \
#name ", 3 threads", rl::simulate < name < 3>>                                                                 \
    }
static const scenario scenarios[] = {
    SCENARIO(claims), SCENARIO(clones), SCENARIO(conversions), SCENARIO(sharing), SCENARIO(owners), SCENARIO(locking),
};

static bool run(const scenario &scenario, rl::string &report, rl::iteration_t &runs)
{
    rl::ostringstream output;
    rl::ostringstream progress;
    rl::test_params params;

    params.output_stream = &output;
    params.progress_stream = &progress;
    params.execution_depth_limit = DEPTH;
    params.search_type = rl::sched_full;
    bool passed = scenario.run(params);
    report = output.str();
    runs = params.stop_iteration;
    return passed;
}

static bool hold()
{
    bool all = true;

    planted = {mistake::none, "", "", MODEL_RELAXED};
    for (const scenario &scenario : scenarios) {
        rl::string report;
        rl::iteration_t runs;
        bool passed = run(scenario, report, runs);
        printf("%s: %s, %lu interleavings\n", scenario.name, passed ? "holds" : "FAILS", (unsigned long)runs);
        fflush(stdout);
        if (!passed)
            printf("%s\n", report.c_str());
        all = all && passed;
    }
    return all;
}

static const char *describe(mistake what)
{
    return what == mistake::weaker ? "relaxed" : what == mistake::torn ? "in two steps" : "reads the kind first";
}

static bool catch_plant(const plant &plant)
{
    planted = plant;
    plant_reached = false;
    for (const scenario &scenario : scenarios) {
        rl::string report;
        rl::iteration_t runs;
        if (!run(scenario, report, runs)) {
            printf("planted: %s %s%s%s: caught by %s after %lu\n", plant.function, plant.operation,
                   *plant.operation ? " " : "", describe(plant.what), scenario.name, (unsigned long)runs);
            return true;
        }
    }
    printf("planted: %s %s %s: %s\n", plant.function, plant.operation, describe(plant.what),
           plant_reached ? "MISSED" : "NEVER REACHED");
    return false;
}

int main()
{
    size_t failed = !hold();

    for (const plant &plant : plants)
        failed += !catch_plant(plant);
    size_t passed = 1 + PLANTS - failed;
    int missing = print_unplanted(plants, PLANTS);
    if (missing > 0)
        failed += 1;
    else
        passed += 1;
    printf("%zu passed, %zu failed\n", passed, failed);
    return failed > 0;
}
