/* What the rows of the bench share. */
#ifndef TESTS_BENCH_BENCH_ROWS_H
#define TESTS_BENCH_BENCH_ROWS_H

#include "tests/bench/measure.h"
#include <quire/abi.h>

extern struct measurement row; /* that was measured last */
extern uint64_t overhead;      /* of measuring */

#define REVOKE_MOST 1000 /* copies */

/* Each measures into `row`; false: something went wrong. */
bool notify_receive(void);
bool task_start_end(void);
bool revoke(uint32_t copies);

#endif
