/* A machine's memory for tests of the frame server's core: regions, a window that is backed on first touch as
 * the kernel does it, kept memory, and workers. A touch where the kernel would back nothing ends the test. */
#ifndef TESTS_HOST_FRAMES_WORLD_H
#define TESTS_HOST_FRAMES_WORLD_H

#include "servers/frameserv/core/worker.h"
#include <check.h>

/* As Check's own, but without a write to its pipe for each that holds: for loops. */
#define expect(condition, ...)                                                                                         \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            ck_abort_msg(__VA_ARGS__);                                                                                 \
    } while (0)
#define expect_compare(left, relation, right)                                                                          \
    do {                                                                                                               \
        uint64_t expect_left = (left);                                                                                 \
        uint64_t expect_right = (right);                                                                               \
        expect(expect_left relation expect_right, "'%s' is %lx, '%s' is %lx", #left " " #relation " " #right,          \
               expect_left, #right, expect_right);                                                                     \
    } while (0)
#define expect_eq(left, right) expect_compare(left, ==, right)
#define expect_ne(left, right) expect_compare(left, !=, right)
#define expect_lt(left, right) expect_compare(left, <, right)
#define expect_le(left, right) expect_compare(left, <=, right)

#define WORLD_WORKERS 4

struct world_region {
    enum region_type type;
    uint64_t frames;
};

struct world {
    struct boot_information information;
    struct keep *keep;
    uint8_t *backed; /* for each page of the window: 0 not touched, 1 backed */
    uint64_t pages;  /* of the window */
    uint64_t pages_backed;
    struct window window;
    struct worker workers[WORLD_WORKERS];
    struct worker_control controls[WORLD_WORKERS];
    atomic_word transfers[WORLD_WORKERS][TRANSFER_FRAMES];
    atomic_word views[WORLD_WORKERS][FRAME_SIZE / sizeof(atomic_word)];
};

/* Frames of each state in one world, and whether all of it fits together. */
struct world_census {
    uint64_t in_blocks;
    uint64_t in_caches;
    uint64_t fresh;   /* in granules not looked at yet */
    uint64_t charged; /* of usable memory */
};

/* Makes the one world of the test; regions start at address 0 and end with one of 0 frames. Accounts 1 to 3 are open. */
struct world *world_create(const struct world_region *regions);
void world_destroy(struct world *world);

/* Makes of *worker, whose kernel stays, the worker of a number of the only world, as at its start. */
void world_worker_make(struct worker *worker, uint32_t number);

/* 512 MiB as a machine has them: low memory, a hole, kernel, modules, usable memory, reserved at its end. */
struct world *world_create_usual(void);

/* One usable region of so many frames, from address 0. */
struct world *world_create_plain(uint64_t frames);

/* Looks at every free block, cache, account, lock and slot, and fails the test on what does not fit together. */
struct world_census world_check(struct world *world);

struct slot *world_slot(struct world *world, uint64_t frame);

#endif
