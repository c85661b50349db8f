/* `make bench CPUS=N`, its second half: what several CPUs share, and how much faster they are than one. Prints lines, tab-separated:
 *   turns ROW N                 each CPU has done it so many times between marks, for tests/machine/lines.c
 *   throughput ROW CPUS T       time stamps for TURNS turns on so many CPUs each, one line a run
 * With real threads (QEMU without -icount) the time-stamp counter is a clock. */
#include "tests/workers/workers.h"

#include <quire/print.h>
#include <quire/task.h>

#define MARKED_TURNS 200
#define TURNS_USUAL 4000
#define RUNS 7

static struct workers workers;
static uint64_t turns;
static uint32_t tests_done;
static bool all_good = true;

static const char *const names[WORK_COUNT] = {
#define WORK(NAME, name) [WORK_##NAME] = (name),
    WORKS
#undef WORK
};

static bool good(enum error error, const char *what, const char *row)
{
    if (error != ERROR_NONE) {
        print("# %s\n", error_sentence(error));
    }
    print("%s %u - %s/%s\n", error == ERROR_NONE ? "ok" : "not ok", ++tests_done, what, row);
    all_good = all_good && error == ERROR_NONE;
    return error == ERROR_NONE;
}

/* Time from the first one's start to the last one's end. */
static uint64_t time_of(uint32_t first, uint32_t end)
{
    uint64_t started = UINT64_MAX;
    uint64_t ended = 0;

    for (uint32_t k = first; k < end; k++) {
        const struct work_done *done = &workers.page->done[k];

        started = done->started < started ? done->started : started;
        ended = done->ended > ended ? done->ended : ended;
    }
    return ended - started;
}

static enum error throughput(enum work work)
{
    enum error error = ERROR_NONE;

    for (uint32_t run = 0; run < RUNS && error == ERROR_NONE; run++) {
        for (uint32_t cpus = 1; cpus <= workers.count && error == ERROR_NONE; cpus *= 2) {
            uint32_t first = cpus == 1 ? run % workers.count : 0; /* one alone: each in its turn */

            error = workers_order(&workers, work, turns, first, first + cpus);
            if (error == ERROR_NONE) {
                print("throughput\t%s\t%u\t%lu\t%lu\n", names[work], cpus, turns, time_of(first, first + cpus));
            }
        }
    }
    return error;
}

int main(void)
{
    static const enum work works[] = {WORK_CALL, WORK_ALLOCATE, WORK_CLONE};
    const uint32_t count = sizeof(works) / sizeof(works[0]);

    turns = start_option_number(start_page()->command_line, "count", TURNS_USUAL);
    print("1..%u\n", 2 * count + 2);
    if (!good(workers_start(&workers, 0), "workers", "start")) {
        return 1;
    }
    for (uint32_t k = 0; k < count; k++) {
        print("turns\t%s\t%u\n", names[works[k]], MARKED_TURNS);
        (void)good(workers_order(&workers, works[k], MARKED_TURNS, 0, workers.count), "marked", names[works[k]]);
    }
    for (uint32_t k = 0; k < count; k++) {
        (void)good(throughput(works[k]), "throughput", names[works[k]]);
    }
    (void)good(workers_end(&workers), "workers", "end");
    return !all_good;
}
