/* The first serial port, a 16550 at its PC address. */
#ifndef KERNEL_CPU_UART_H
#define KERNEL_CPU_UART_H

#include <quire/error.h>
#include <stdbool.h>
#include <stddef.h>

/* Sets the port to 115200 baud, 8 data bits, no parity, 1 stop bit, FIFOs on, no interrupts. */
void uart_initialise(void);

/* Sends text, a carriage return before each line feed; waits for the port, but not for ever. */
void uart_write(const char *text, size_t length);

/* Several CPUs write: what one does between these two stays together. False: this CPU has it already, as when an exception comes
 * in the midst of a line, and must not give it back; or there is only one CPU. */
must_use bool uart_lock(void);
void uart_unlock(void);

/* This CPU's from now on, for others were stopped, perhaps in the midst of a line, which is ended. */
void uart_take_over(void);

/* Waits until the last byte has left the port (an emulator that is told to end may drop it). */
void uart_drain(void);

#endif
