/* The first serial port, a 16550 at its PC address. */
#ifndef KERNEL_CPU_UART_H
#define KERNEL_CPU_UART_H

#include <stddef.h>

/* Sets the port to 115200 baud, 8 data bits, no parity, 1 stop bit, FIFOs on, no interrupts. */
void uart_initialise(void);

/* Sends text, a carriage return before each line feed; waits for the port, but not for ever. */
void uart_write(const char *text, size_t length);

/* Waits until the last byte has left the port (an emulator that is told to end may drop it). */
void uart_drain(void);

#endif
