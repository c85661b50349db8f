/* The first serial port, through the kernel's system calls for I/O ports. Needs the powers ports (UART_PORTS from UART_PORT on). */
#ifndef SERVERS_CONSOLE_UART_H
#define SERVERS_CONSOLE_UART_H

#include <quire/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UART_PORT 0x3f8 /* COM1 of the IBM PC */
#define UART_PORTS 8
#define UART_LINE 4 /* its interrupt line */

/* Has the port interrupt when bytes arrive, and the other side send them; or (false) neither: what is sent stays there, but for what
 * is under way, for which the port has a FIFO. The kernel has set it up otherwise: speed, format, FIFOs. Errors: NotPermitted. */
must_use enum error uart_listen(bool on);

/* Whether the port lost bytes since this was asked last. */
bool uart_overrun(void);

/* Sends text, with a carriage return before each line feed. Text for a port that never gets ready is lost. */
void uart_write(const char *text, size_t length);

/* Takes a byte that has arrived; false: there is none. */
bool uart_read(uint8_t *byte);

#endif
