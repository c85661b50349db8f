/* When to draw: the old interval timer, if its interrupt line is to be had. */
#ifndef SERVERS_FRAMEMAP_CLOCK_H
#define SERVERS_FRAMEMAP_CLOCK_H

#include <quire/error.h>
#include <stdint.h>

#define CLOCK_SLOWEST 19   /* the counter has 16 bits */
#define CLOCK_FASTEST 1000 /* else it would be all that happens on slow machines */

/* Ticks so many times a second, from CLOCK_SLOWEST to CLOCK_FASTEST. Errors: those of endpoint_make, endpoint_clone, system_call_interrupt, system_call_port_write. */
must_use enum error clock_start(uint32_t a_second);

/* Waits for the next tick; without a clock lets others run once. */
void clock_wait(void);

#endif
