/* What workers (tests/bench/bench_worker.c) and those who start them (tests/workers/) have in common. */
#ifndef TESTS_WORKERS_WORK_H
#define TESTS_WORKERS_WORK_H

#include <quire/abi.h>
#include <quire/atomic.h>

/* What a worker does again and again: WORK(NAME, "name"). The names are those of the bench's rows. */
#define WORKS                                                                                                          \
    WORK(NOTHING, "nothing")                                                                                           \
    WORK(CALL, "ipc_call_reply_0")                                                                                     \
    WORK(ALLOCATE, "alloc_drop")                                                                                       \
    WORK(CLONE, "clone_drop")                                                                                          \
    WORK(TOUCH, "alloc_map_touch_drop")

enum work {
#define WORK(NAME, name) WORK_##NAME,
    WORKS
#undef WORK
        WORK_COUNT
};

/* One worker's, in lines of its own. */
struct work_done {
    atomic_word order; /* number of the last order that it has done */
    uint64_t started;  /* time stamps */
    uint64_t ended;
    uint64_t error; /* the first */
    uint64_t unused[4];
};
_Static_assert(sizeof(struct work_done) == 64, "a cache line");

/* A page that all have mapped. */
struct work_page {
    atomic_word order; /* a higher number: do this */
    uint64_t work;     /* enum work; WORK_COUNT: end */
    uint64_t turns;    /* 0: for ever */
    uint64_t workers;  /* those of a lower number do it, */
    uint64_t first;    /* from this one on */
    uint64_t unused[3];
    struct work_done done[WORKERS_MAX];
};
_Static_assert(sizeof(struct work_page) <= 4096, "one page");

/* A mark in what a CPU executes, which does nothing: tests/machine/lines.c sees it. number: a constant below 2^16; 0: work ends. */
#define WORK_MARK 0x51750000 /* in the displacement of a nop (Intel SDM volume 2, NOP with a memory operand) */
#define work_mark(number) __asm__ volatile("nopl %c0(%%rax)" : : "i"(WORK_MARK + (number)) : "memory")

#endif
