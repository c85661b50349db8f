#include "tests/model/checker.hpp"

#include <cstdio>
#include <cstring>

plant planted;
bool plant_reached;
words *current;

// Accesses with an ordering that were made. No container: Relacy counts what threads allocate.
static struct {
    const char *function;
    const char *operation;
} ordered[64];
static size_t ordered_count;

static void note_ordered(const char *function, const char *operation)
{
    for (size_t k = 0; k < ordered_count; k++) {
        if (ordered[k].function == function && ordered[k].operation == operation)
            return;
    }
    RL_ASSERT(ordered_count < sizeof(ordered) / sizeof(ordered[0]));
    ordered[ordered_count++] = {function, operation};
}

static rl::atomic<uint64_t> &find(const atomic_word *word)
{
    RL_ASSERT(word == model_ref_count || word == model_lock);
    return word == model_ref_count ? current->ref_count : current->lock;
}

static bool is_planted(mistake what, const char *function, const char *operation)
{
    bool is =
        planted.what == what && strcmp(planted.function, function) == 0 && strcmp(planted.operation, operation) == 0;
    plant_reached = plant_reached || is;
    return is;
}

static rl::memory_order order_of(model_order order, const char *function, const char *operation)
{
    if (order != MODEL_RELAXED && planted.what == mistake::none)
        note_ordered(function, operation);
    if (is_planted(mistake::weaker, function, operation))
        order = planted.order;
    switch (order) {
    case MODEL_ACQUIRE:
        return rl::mo_acquire;
    case MODEL_RELEASE:
        return rl::mo_release;
    case MODEL_ACQUIRE_RELEASE:
        return rl::mo_acq_rel;
    default:
        return rl::mo_relaxed;
    }
}

uint64_t model_load(const atomic_word *word, model_order order, const char *function)
{
    return find(word)(RL_INFO).load(order_of(order, function, "load"));
}

void model_store(atomic_word *word, uint64_t value, model_order order, const char *function)
{
    find(word)(RL_INFO).store(value, order_of(order, function, "store"));
}

bool model_swap(atomic_word *word, uint64_t *expected, uint64_t desired, model_order order, const char *function)
{
    rl::atomic<uint64_t> &at = find(word);
    rl::memory_order ordering = order_of(order, function, "swap");

    if (!is_planted(mistake::torn, function, "swap"))
        return at(RL_INFO).compare_exchange_strong(*expected, desired, ordering, rl::mo_relaxed);
    uint64_t found = at(RL_INFO).load(rl::mo_acquire);
    if (found == *expected) {
        at(RL_INFO).store(desired, rl::mo_release);
        return true;
    }
    *expected = found;
    return false;
}

uint64_t model_add(atomic_word *word, uint64_t amount, model_order order, const char *function)
{
    rl::atomic<uint64_t> &at = find(word);
    const char *operation = amount < UINT64_MAX / 2 ? "add" : "subtract";
    rl::memory_order ordering = order_of(order, function, operation);

    if (!is_planted(mistake::torn, function, operation))
        return at(RL_INFO).fetch_add(amount, ordering);
    uint64_t found = at(RL_INFO).load(rl::mo_acquire);
    at(RL_INFO).store(found + amount, rl::mo_release);
    return found;
}

void model_fence(model_order order, const char *function)
{
    rl::memory_order ordering = order_of(order, function, "fence");

    if (ordering != rl::mo_relaxed)
        rl::atomic_thread_fence(ordering, RL_INFO);
}

void model_pause()
{
    rl::yield(1, RL_INFO);
}

int print_unplanted(const plant *plants, size_t count)
{
    int missing = 0;

    for (size_t n = 0; n < ordered_count; n++) {
        bool found = false;
        for (size_t k = 0; k < count; k++)
            found =
                found || (plants[k].what == mistake::weaker && strcmp(ordered[n].function, plants[k].function) == 0 &&
                          strcmp(ordered[n].operation, plants[k].operation) == 0);
        if (!found) {
            printf("not planted: %s: %s\n", ordered[n].function, ordered[n].operation);
            missing += 1;
        }
    }
    return missing;
}
