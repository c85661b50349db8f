/* The keyboard's controller of a PC, through the kernel's system calls for I/O ports. Nothing here waits for ever: where there is no
 * controller each step runs out of patience. */
#ifndef SERVERS_CONSOLE_I8042_H
#define SERVERS_CONSOLE_I8042_H

#include <stdbool.h>
#include <stdint.h>

#define I8042_LINE 1 /* the keyboard's interrupt line */

/* Has a keyboard send scan codes of set 1, with interrupts. False: there is none, or the ports are not this task's. */
bool i8042_start(void);

/* Takes a scan code that has arrived; false: there is none. */
bool i8042_read(uint8_t *code);

#endif
