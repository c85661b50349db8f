/* Tasks that work on a CPU each, and one beside each that answers its calls. */
#ifndef TESTS_WORKERS_WORKERS_H
#define TESTS_WORKERS_WORKERS_H

#include "tests/workers/work.h"
#include <quire/system_call.h>

struct workers {
    uint32_t first; /* number of the first one, and its CPU */
    uint32_t count; /* one behind the last */
    handle page_frame;
    struct work_page *page;
    handle bells; /* they notify here when an order is done */
    handle orders[WORKERS_MAX];
    handle tasks[WORKERS_MAX];
    handle peers[WORKERS_MAX];      /* who answers */
    uint32_t accounts[WORKERS_MAX]; /* in whose names they buy */
};

/* Starts workers on all CPUs from `first` on. Errors: those of task_run. */
must_use enum error workers_start(struct workers *workers, uint32_t first);

/* Has those from first to end - 1 do something so many times (0: for ever, then this does not wait), at the same time; waits until
 * all have. Errors: theirs. */
must_use enum error workers_order(struct workers *workers, enum work work, uint64_t turns, uint32_t first,
                                  uint32_t end);

/* Ends all, at once if they work for ever. */
must_use enum error workers_end(struct workers *workers);

#endif
