/* Prints a line a row: name, instructions of a turn, nanoseconds (smallest, middle, nine in ten). Fails if a row has
 * more instructions than it may. Times are told, and not judged: the machine is somebody's, and others run on it. */
#include "servers/frameserv/core/boot.h"
#include "tests/bench/host/bench_host.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HELD_FRAME 7 /* has a handle; the slot rows that need one use it */
#define FREE_FRAME 9 /* is nobody's, and the allocator does not know it */

static const struct {
    const char *name;
    bench_operation operation;
    uint64_t most;
} rows[] = {
#define BENCH_ROW(name, most_instructions, text) {#name, bench_##name, most_instructions},
#include "tests/bench/host/rows.def"
#undef BENCH_ROW
};

struct bench_world *bench_world_create(void)
{
    static struct boot_information information;
    static struct worker_control controls[BENCH_WORKERS] __attribute__((aligned(4096)));
    static atomic_word transfers[BENCH_WORKERS][TRANSFER_FRAMES] __attribute__((aligned(4096)));
    static struct bench_world world;
    struct slot *slots = aligned_alloc(4096, BENCH_FRAMES * sizeof(struct slot));

    /* The first 16 frames are the bench's own. */
    information =
        (struct boot_information){.abi_version = ABI_VERSION,
                                  .worker_count = BENCH_WORKERS,
                                  .frame_count = BENCH_FRAMES,
                                  .region_count = 2,
                                  .account_count = BENCH_WORKERS,
                                  .regions = {{0, 16 * FRAME_SIZE, REGION_KERNEL, 0},
                                              {16 * FRAME_SIZE, (BENCH_FRAMES - 16) * FRAME_SIZE, REGION_USABLE, 0}}};
    world.keep = aligned_alloc(64, sizeof(*world.keep));
    if (slots == NULL || world.keep == NULL || boot_window(&information, slots, &world.window) != ERROR_NONE)
        return NULL;
    for (uint64_t frame = 0; frame < BENCH_FRAMES; frame++)
        slots[frame] = boot_pattern((enum region_type)window_region(&world.window, frame)->type);
    slots[FREE_FRAME].ref_count = REF_COUNT_UNUSED;
    slots[HELD_FRAME].kind_word = kind_word(KIND_UNTYPED, 0, 1);
    boot_keep(&information, &world.window, world.keep);
    for (uint32_t k = 0; k < BENCH_WORKERS; k++) {
        world.workers[k] = (struct worker){.window = world.window,
                                           .keep = world.keep,
                                           .log = &world.keep->logs[k],
                                           .cache = &world.keep->caches[k],
                                           .control = &controls[k],
                                           .transfer = transfers[k],
                                           .number = k};
    }
    return &world;
}

static void scale(const char *name, bench_operation operation, struct bench_world *world)
{
    if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
        printf("scale_2\t%s\tnot available: one CPU\n", name);
        return;
    }
    struct bench_times times = bench_scale(operation, world);
    printf("scale_2\t%s\t%lu.%02lu\t%lu.%02lu\t%lu.%02lu\n", name, times.minimum / 1000, times.minimum / 10 % 100,
           times.median / 1000, times.median / 10 % 100, times.most / 1000, times.most / 10 % 100);
}

int main(void)
{
    struct bench_world *world = bench_world_create();
    uint64_t overhead = 0;
    bool good = world != NULL;

    printf("name\tinstructions\tns\tmedian\t90%%\n");
    for (uint32_t k = 0; good && k < sizeof(rows) / sizeof(rows[0]); k++) {
        uint64_t frame = strstr(rows[k].name, "claim") ? FREE_FRAME : HELD_FRAME;
        uint64_t instructions = bench_instructions(rows[k].operation, &world->workers[0], frame);
        struct bench_times times = bench_time(rows[k].operation, &world->workers[0], frame);
        if (k == 0)
            overhead = instructions;
        instructions -= overhead;
        printf("%s\t%lu\t%lu.%lu\t%lu.%lu\t%lu.%lu\n", rows[k].name, instructions, times.minimum / 10,
               times.minimum % 10, times.median / 10, times.median % 10, times.most / 10, times.most % 10);
        if (rows[k].most != 0 && instructions > rows[k].most) {
            printf("# %s: more than %lu instructions\n", rows[k].name, rows[k].most);
            good = false;
        }
    }
    if (good)
        scale("frame_alloc_drop", bench_frame_alloc_drop, world);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
