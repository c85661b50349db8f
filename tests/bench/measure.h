/* Measuring in guest instructions: on an emulator that counts them (QEMU with -icount shift=0, Bochs) the time-stamp
 * counter does. */
#ifndef TESTS_BENCH_MEASURE_H
#define TESTS_BENCH_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#define MEASURE_WARM_UP 16
#define MEASURE_RUNS 201 /* odd, so that the median is one of them */

struct measurement {
    const char *name;
    uint64_t minimum;
    uint64_t median;
    uint64_t samples[MEASURE_RUNS];
};

static inline uint64_t time_stamp(void)
{
    uint32_t low;
    uint32_t high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return low | (uint64_t)high << 32;
}

static inline void measure_sort(struct measurement *measurement)
{
    uint64_t *samples = measurement->samples;

    for (uint32_t i = 1; i < MEASURE_RUNS; i++) {
        uint64_t sample = samples[i];
        uint32_t place = i;

        for (; place > 0 && samples[place - 1] > sample; place--) {
            samples[place] = samples[place - 1];
        }
        samples[place] = sample;
    }
    measurement->minimum = samples[0];
    measurement->median = samples[MEASURE_RUNS / 2];
}

/* Runs a statement MEASURE_RUNS times between two readings of the counter; `overhead` is what the readings cost. The
 * statement may be left by break, which makes the measurement one of failure: the macro's value is whether none was. So may
 * the one in braces that comes before each run and is not measured. */
#define MEASURE(measurement, overhead, ...) MEASURE_PREPARED(measurement, overhead, {}, __VA_ARGS__)
#define MEASURE_PREPARED(measurement, overhead, prepare, ...)                                                          \
    ({                                                                                                                 \
        bool measured = false;                                                                                         \
        for (uint32_t turn = 0;; turn++) {                                                                             \
            if (turn == MEASURE_WARM_UP + MEASURE_RUNS) {                                                              \
                measured = true;                                                                                       \
                break;                                                                                                 \
            }                                                                                                          \
            prepare;                                                                                                   \
            uint64_t start = time_stamp();                                                                             \
            __VA_ARGS__;                                                                                               \
            uint64_t length = time_stamp() - start - (overhead);                                                       \
            if (turn >= MEASURE_WARM_UP) {                                                                             \
                (measurement)->samples[turn - MEASURE_WARM_UP] = length;                                               \
            }                                                                                                          \
        }                                                                                                              \
        measure_sort(measurement);                                                                                     \
        measured;                                                                                                      \
    })

#endif
