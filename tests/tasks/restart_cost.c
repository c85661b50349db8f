/* What a restart of the frame server costs, in guest instructions, from the kill until it answers again; with little and with much
 * memory in use, between two requests and in the midst of some. Prints a line a row, tab-separated: `restart`, name, minimum and
 * maximum. Words of the kernel's command line: count=N (percent of the memory that is used for `much`). */
#include "tests/bench/measure.h"
#include "tests/tasks/own.h"

#include <quire/account.h>
#include <quire/list.h>
#include <quire/names.h>
#include <quire/print.h>
#include <quire/server.h>
#include <quire/tap.h>

#define TIMES 15
#define PERCENT_USUAL 90
#define RUN 512
#define ACCOUNTS_OPENED 40
#define LISTS 32
#define KEPT 96        /* frames that are left free in any case: for the rows themselves */
#define ENTRIES 1280   /* of the handle table: two runs and the lists */
#define LOOP_TIMES 200 /* a request about 512 frames comes so often by where it is then */
#define EARLY 60       /* instructions into a request */
#define LATE 9000      /* into one about 512 frames: in its loop */

static const char *amount = "little";
static uint64_t overhead; /* of reading the counter */
static uint32_t rows;

static void report(const char *name, uint64_t least, uint64_t most)
{
    print("restart\t%s memory in use, %s\t%lu\t%lu\n", amount, name, least, most);
    print("ok %u - %s memory in use, %s\n", ++rows, amount, name);
}

/* --- between two requests --------------------------------------------------------------------------------------------- */

static bool idle(void)
{
    uint64_t least = UINT64_MAX;
    uint64_t most = 0;

    for (uint32_t k = 0; k < TIMES; k++) {
        uint64_t start = time_stamp();
        enum error nothing = frame_server_nothing();
        uint64_t plain = time_stamp() - start;
        start = time_stamp();
        enum error error = server_restart();
        enum error answered = frame_server_nothing();
        uint64_t cost = time_stamp() - start - plain;

        if (!expect_success(nothing) || !expect_success(error) || !expect_success(answered)) {
            return false;
        }
        least = cost < least ? cost : least;
        most = cost > most ? cost : most;
    }
    report("between two requests", least, most);
    return true;
}

/* --- in the midst of one ---------------------------------------------------------------------------------------------- */

/* A request and what it takes to have it again. */
struct work {
    const char *name;
    bool (*prepare)(void);
    bool (*send)(void);
    bool (*end)(void);
    uint64_t after; /* instructions: where the server dies, to begin with */
    uint64_t times; /* that it comes by there before it does */
};

static handle frames;

static bool nothing(void)
{
    return true;
}

static bool buy_one(void)
{
    return expect_success(frame_allocate(&frames));
}

static bool drop_one(void)
{
    return expect_success(frame_drop(frames));
}

static bool buy_run(void)
{
    return expect_success(frame_allocate_run(RUN, &frames));
}

static bool drop_run(void)
{
    return expect_success(frame_drop_run(frames, RUN, NULL));
}

/* Sends it with a death planned; what it cost beyond `plain`, and where it died. */
static bool send_once(const struct work *work, const struct sweep_death *death, uint64_t *cost,
                      struct sweep_result *result)
{
    const struct sweep_death none = {.after = SWEEP_NOTHING};
    const struct sweep_death no_second = {0};

    if (!work->prepare() || !expect_success(system_call_sweep(server_task(), death, &no_second, result))) {
        return false;
    }
    uint64_t start = time_stamp();
    bool good = work->send();
    *cost = time_stamp() - start - overhead;
    return good && expect_success(system_call_sweep(server_task(), &none, &none, result)) && work->end();
}

static bool interrupted(const struct work *work)
{
    const struct sweep_death none = {.after = SWEEP_NOTHING};
    struct sweep_death death = {.after = work->after};
    struct sweep_result result;
    uint64_t plain;
    uint64_t cost;

    if (!send_once(work, &death, &cost, &result) || !expect_equal(result.deaths, 1)) { /* by steps, to know the place */
        return false;
    }
    death = (struct sweep_death){.after = 1, .address = result.died_at[0], .times = work->times};
    if (!send_once(work, &none, &plain, &result) || !send_once(work, &death, &cost, &result) ||
        !expect_equal(result.deaths, 1)) {
        return false;
    }
    report(work->name, cost - plain, cost - plain);
    return true;
}

static const struct work works[] = {
    {"in the midst of an allocation", nothing, buy_one, drop_one, EARLY, 1},
    {"in the midst of a drop", buy_one, drop_one, nothing, EARLY, 1},
    {"in the midst of a drop of 512 frames", buy_run, drop_run, nothing, LATE, LOOP_TIMES},
};
#define WORKS (sizeof(works) / sizeof(works[0]))

static bool measure_all(void)
{
    bool good = idle();

    for (size_t k = 0; good && k < WORKS; k++) {
        good = interrupted(&works[k]);
    }
    return good;
}

/* --- much memory in use ----------------------------------------------------------------------------------------------- */

/* Every second frame is dropped again, so that what is free lies in small pieces, but for the last ones that are needed. */
static bool put_away(handle list, handle first)
{
    for (uint32_t k = 0; k < RUN; k++) {
        handle frame = handle_of_run(first, k);

        if (!expect_success(k % 10 == 9 ? frame_drop(frame) : list_push_back(list, frame))) {
            return false;
        }
    }
    return true;
}

static bool use_much(uint64_t percent)
{
    static handle lists[LISTS];
    struct machine_statistics machine;
    uint64_t turn = 0;

    amount = "much";
    for (uint32_t k = 0; k < LISTS; k++) {
        if (!expect_success(list_create(&lists[k]))) {
            return false;
        }
    }
    for (uint32_t k = 0; k < ACCOUNTS_OPENED; k++) {
        const struct account_limits limits = {.frames = 1, .tables = 1};
        uint32_t number;
        handle server;
        if (!expect_success(account_open(&limits, 0, &number, &server))) {
            return false;
        }
    }
    for (;;) {
        handle first;
        if (!expect_success(machine_statistics(&machine))) {
            return false;
        }
        if (machine.in_use >= machine.usable / 100 * percent || machine.free < 2 * RUN + KEPT) {
            break;
        }
        if (!expect_success(frame_allocate_with(RUN, ALLOC_UNIQUE, &first)) ||
            !put_away(lists[turn++ % LISTS], first)) {
            return false;
        }
    }
    print("# %lu of %lu frames in use, in %u lists; %u accounts\n", machine.in_use, machine.usable, LISTS,
          ACCOUNTS_OPENED);
    return true;
}

int main(void)
{
    uint64_t percent = start_option_number(start_page()->command_line, "count", PERCENT_USUAL);
    uint64_t start = time_stamp();

    overhead = time_stamp() - start;
    print("1..%zu\n", 2 * (1 + WORKS));
    if (!expect_success(own_entries_reach(ENTRIES)) || !measure_all() || !use_much(percent) || !measure_all()) {
        print("Bail out! something failed\n");
        return 1;
    }
    return 0;
}
