/* Memory that is cut to pieces: of a stretch every second frame is held, so that free blocks there have one frame each. */
#ifndef TESTS_TASKS_KILL_FRAGMENTS_H
#define TESTS_TASKS_KILL_FRAGMENTS_H

#include <stdbool.h>

bool fragments_make(void);
void fragments_drop(void);

#endif
