// The words of the modelled slot and lock as Relacy's atomics, and the one mistake that is planted, if any.
#ifndef TESTS_MODEL_CHECKER_HPP
#define TESTS_MODEL_CHECKER_HPP

#include "tests/model/calls.h"
#include <relacy/relacy.hpp>

enum class mistake {
    none,
    weaker,          // the access has a weaker ordering
    torn,            // the access reads and writes in two steps
    kind_before_add, // a look-up reads what the slot holds before it is counted
};

// `function` makes `operation` wrongly; for weaker: with the ordering `order`.
struct plant {
    mistake what;
    const char *function;
    const char *operation;
    model_order order;
};

struct words {
    rl::atomic<uint64_t> ref_count;
    rl::atomic<uint64_t> lock;
};

extern plant planted;
extern bool plant_reached;
extern words *current;

// Prints accesses with an ordering that were made and are in no plant; returns how many there are.
int print_unplanted(const plant *plants, size_t count);

#endif
