/* Repeatable random numbers for host tests (splitmix64, Steele et al. 2014). Another sequence: QUIRE_SEED=n. */
#ifndef TESTS_HOST_RANDOM_H
#define TESTS_HOST_RANDOM_H

#include <stdint.h>
#include <stdlib.h>

struct random {
    uint64_t seed; /* print it when a check fails: QUIRE_SEED=seed repeats the run */
    uint64_t state;
};

static inline struct random random_start(void)
{
    const char *text = getenv("QUIRE_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 0) : 1;
    return (struct random){.seed = seed, .state = seed};
}

static inline uint64_t random_word(struct random *random)
{
    uint64_t word = random->state += UINT64_C(0x9e3779b97f4a7c15);
    word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
    return word ^ word >> 31;
}

/* How many operations a random test does: so many, or QUIRE_OPERATIONS=n for a longer run, which may need
 * CK_TIMEOUT_MULTIPLIER=n too. */
static inline uint64_t random_operations(uint64_t usual)
{
    const char *text = getenv("QUIRE_OPERATIONS");
    return text ? strtoull(text, NULL, 0) : usual;
}

/* 0 to bound - 1; bound above 0. */
static inline uint64_t random_below(struct random *random, uint64_t bound)
{
    return random_word(random) % bound;
}

#endif
