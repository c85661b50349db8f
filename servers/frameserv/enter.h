/* Where a worker begins. */
#ifndef FRAMESERV_ENTER_H
#define FRAMESERV_ENTER_H

#include <stdint.h>

/* In place of main(): all workers have one memory, and each is told its number. The worker ends with what it returns. */
int worker_main(uint32_t number);

#endif
