/* `make bench-host`: what the frame server's core costs natively, without machine, kernel or IPC. */
#ifndef TESTS_BENCH_HOST_H
#define TESTS_BENCH_HOST_H

#include "servers/frameserv/core/worker.h"
#include <stdint.h>

#define BENCH_FRAMES 65536
#define BENCH_WORKERS 2

/* A small machine: all frames usable, the window backed. */
struct bench_world {
    struct window window;
    struct keep *keep;
    struct worker workers[BENCH_WORKERS];
};

struct bench_world *bench_world_create(void);

/* One operation, by a worker, on a frame of its own: its first ends where its second begins, as often as one likes. */
typedef void (*bench_operation)(struct worker *worker, uint64_t frame);

/* What one operation takes, in tenths of a nanosecond: smallest, middle and nine-in-ten of many samples. */
struct bench_times {
    uint64_t minimum;
    uint64_t median;
    uint64_t most;
};

struct bench_times bench_time(bench_operation operation, struct worker *worker, uint64_t frame);

/* Instructions of one operation: counted one by one, by the processor's trap flag. */
uint64_t bench_instructions(bench_operation operation, struct worker *worker, uint64_t frame);

/* Operations that two workers on two CPUs do in the time in which one does 1,000, each on a frame of its own: smallest,
 * middle and largest of several runs. */
struct bench_times bench_scale(bench_operation operation, struct bench_world *world);

/* What the rows do (operations.c). */
#define BENCH_ROW(name, most_instructions, text) void bench_##name(struct worker *worker, uint64_t frame);
#include "tests/bench/host/rows.def"
#undef BENCH_ROW

#endif
