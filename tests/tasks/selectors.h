/* The segment selectors that a task can load: two tasks must not signal to each other with them. */
#ifndef TESTS_TASKS_SELECTORS_H
#define TESTS_TASKS_SELECTORS_H

#include <stdint.h>

/* Values that load: null selectors of all privilege levels but 0, and a task's data segment. */
#define SELECTOR_NULL_1 1
#define SELECTOR_NULL_2 2
#define SELECTOR_NULL_3 3
#define SELECTOR_DATA 0x1b

/* Loads ds, es, fs and gs with one value. */
static inline void selectors_load(uint32_t value)
{
    __asm__ volatile("mov %0, %%ds\n\tmov %0, %%es\n\tmov %0, %%fs\n\tmov %0, %%gs" : : "r"(value) : "memory");
}

/* How many of the four are neither the task's own value nor 0, as the kernel may leave them. */
static inline uint64_t selectors_foreign(uint32_t own)
{
    uint32_t values[4];
    uint64_t foreign = 0;

    __asm__ volatile("mov %%ds, %0\n\tmov %%es, %1\n\tmov %%fs, %2\n\tmov %%gs, %3"
                     : "=r"(values[0]), "=r"(values[1]), "=r"(values[2]), "=r"(values[3]));
    for (uint32_t i = 0; i < 4; i++) {
        foreign += values[i] != 0 && values[i] != own;
    }
    return foreign;
}

#endif
