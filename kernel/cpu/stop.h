/* The end of the machine by one CPU: the others halt at once, wherever they are. */
#ifndef KERNEL_CPU_STOP_H
#define KERNEL_CPU_STOP_H

/* Has all other CPUs halt, by non-maskable interrupts, since they may have others off. Of several that want to stop the machine
 * one goes on, any number of times; the rest do not return. */
void stop_others(void);

/* What a non-maskable interrupt means: does not return where another CPU has stopped the machine. */
void stop_if_wanted(void);

#endif
