/* The terminal, through the console server: bytes from it, text to it, and waiting for either that or the ends of tasks. */
#ifndef SERVERS_SHELL_TERMINAL_H
#define SERVERS_SHELL_TERMINAL_H

#include <quire/abi.h>
#include <stdbool.h>
#include <stddef.h>

#define END_BITS 63 /* of notifications, for ends of tasks */

/* Listens from now on. Errors: those of endpoint_make and console_listen. */
must_use enum error terminal_start(bool script);

/* A handle that notifies of the end of task `number` (0 to END_BITS - 1), for its making. */
must_use enum error terminal_end_handle(uint32_t number, handle *end);

/* Waits for something to read or for ends; the bits of the latter are added to what terminal_ends returns. */
must_use enum error terminal_wait(void);

/* Bits of ended tasks since the last time. */
uint64_t terminal_ends(void);

/* Bytes that were typed; 0: none wait. */
size_t terminal_read(char *buffer, size_t size);

/* Takes back what terminal_read returned last, or the end of it: it is read again. */
void terminal_unread(const char *buffer, size_t count);

/* Whether Ctrl-C was typed since the command began; what came before it is forgotten. */
bool terminal_interrupted(void);

/* Shows text, as it is, when it has a line, or at terminal_flush. */
void terminal_show(const char *text, size_t length);
void terminal_flush(void);

#endif
