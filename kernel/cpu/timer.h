/* The CPU's own interrupt controller (local APIC) with its timer running. */
#ifndef KERNEL_CPU_TIMER_H
#define KERNEL_CPU_TIMER_H

#include <stdint.h>

#define VECTOR_TIMER 0x30
#define VECTOR_SPURIOUS 0xff
#define TIMER_HERTZ 100 /* ticks a second; a tick ends a time slice */

extern uint64_t timer_stamps; /* what the time stamp counter counts in a tick, as measured; 0 before */

/* Switches this CPU's controller on and starts the timer. The rate is measured against the PIT (channel 2)
 * over 10 ms. Returns controller clocks in a tick, for the log; 0 when the timer does not count. */
uint32_t timer_initialise(void);

/* Tells the controller that its interrupt was taken. */
void interrupt_acknowledge(void);

#endif
