/* The ticks of this CPU, by its local APIC's timer. */
#ifndef KERNEL_CPU_TIMER_H
#define KERNEL_CPU_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#define TIMER_HERTZ 100 /* ticks a second; a tick ends a time slice */

extern uint64_t timer_stamps; /* what the time stamp counter counts in a tick, as measured; 0 before */

/* Measures against the PIT (channel 2), over 10 ms, how fast the timers of all CPUs count: once, on the CPU that boots, whose
 * local APIC is initialised. False: it does not count, or there is no PIT. */
bool timer_measure(void);

/* Starts this CPU's. */
void timer_start(void);

/* One interrupt, after a small part of a tick: shows that there are any. */
void timer_start_once(void);

/* Waits for microseconds, by the time stamp counter. */
void timer_wait(uint64_t microseconds);

#endif
