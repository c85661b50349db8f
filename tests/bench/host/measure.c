/* Clocks: time with its spread, instructions one by one, and two threads beside one. */
#include "tests/bench/host/bench_host.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#define TURNS 2000  /* of one sample */
#define SAMPLES 301 /* odd, so that the median is one of them */
#define SCALE_SAMPLES 15
#define SCALE_TURNS 200000

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;

    return a < b ? -1 : a > b;
}

struct bench_times bench_time(bench_operation operation, struct worker *worker, uint64_t frame)
{
    static uint64_t samples[SAMPLES];

    for (uint32_t k = 0; k < SAMPLES; k++) {
        uint64_t start = now();
        for (uint32_t turn = 0; turn < TURNS; turn++)
            operation(worker, frame);
        samples[k] = (now() - start) * 10 / TURNS;
    }
    qsort(samples, SAMPLES, sizeof(samples[0]), compare);
    return (struct bench_times){samples[0], samples[SAMPLES / 2], samples[SAMPLES * 9 / 10]};
}

static volatile uint64_t steps;

static void on_step(int number)
{
    (void)number;
    steps += 1;
}

/* Around a call: pushf and popf with room for the red zone. */
#define TRAP_FLAG(operation)                                                                                           \
    __asm__ volatile("lea -128(%%rsp), %%rsp\n\t"                                                                      \
                     "pushfq\n\t" operation "\n\t"                                                                     \
                     "popfq\n\t"                                                                                       \
                     "lea 128(%%rsp), %%rsp" ::                                                                        \
                         : "memory", "cc")

uint64_t bench_instructions(bench_operation operation, struct worker *worker, uint64_t frame)
{
    struct sigaction action = {.sa_handler = on_step};

    if (sigaction(SIGTRAP, &action, NULL) != 0)
        abort();
    operation(worker, frame); /* what is done the first time only */
    steps = 0;
    TRAP_FLAG("orq $0x100, (%%rsp)");
    operation(worker, frame);
    TRAP_FLAG("andq $~0x100, (%%rsp)");
    return steps;
}

struct runner {
    bench_operation operation;
    struct worker *worker;
    uint64_t frame;
    int cpu;
    pthread_barrier_t *start;
    uint64_t nanoseconds;
};

static void *run(void *argument)
{
    struct runner *runner = argument;
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(runner->cpu, &set);
    pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
    pthread_barrier_wait(runner->start);
    uint64_t start = now();
    for (uint32_t turn = 0; turn < SCALE_TURNS; turn++)
        runner->operation(runner->worker, runner->frame);
    runner->nanoseconds = now() - start;
    return NULL;
}

/* The time that the slowest of `count` threads takes. */
static uint64_t run_threads(bench_operation operation, struct bench_world *world, uint32_t count)
{
    struct runner runners[BENCH_WORKERS];
    pthread_t threads[BENCH_WORKERS];
    pthread_barrier_t start;
    uint64_t longest = 0;

    pthread_barrier_init(&start, NULL, count);
    for (uint32_t k = 0; k < count; k++) {
        runners[k] = (struct runner){operation, &world->workers[k], 1000 + k, (int)k, &start, 0};
        if (pthread_create(&threads[k], NULL, run, &runners[k]) != 0)
            abort();
    }
    for (uint32_t k = 0; k < count; k++) {
        pthread_join(threads[k], NULL);
        longest = runners[k].nanoseconds > longest ? runners[k].nanoseconds : longest;
    }
    pthread_barrier_destroy(&start);
    return longest;
}

struct bench_times bench_scale(bench_operation operation, struct bench_world *world)
{
    uint64_t samples[SCALE_SAMPLES];

    for (uint32_t k = 0; k < SCALE_SAMPLES; k++) {
        uint64_t one = run_threads(operation, world, 1);
        uint64_t two = run_threads(operation, world, 2);
        samples[k] = 2000 * one / two;
    }
    qsort(samples, SCALE_SAMPLES, sizeof(samples[0]), compare);
    return (struct bench_times){samples[0], samples[SCALE_SAMPLES / 2], samples[SCALE_SAMPLES - 1]};
}
