/* What is typed, at the serial port and at a keyboard: one stream of bytes. Bytes of the serial port for which there is no room stay
 * with who sends them; those of a keyboard have a reserve. */
#ifndef SERVERS_CONSOLE_TYPED_H
#define SERVERS_CONSOLE_TYPED_H

#include <quire/abi.h>
#include <quire/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Listens at the serial port; it notifies this endpoint. Errors: those of endpoint_clone, system_call_interrupt, uart_listen. */
must_use enum error typed_start_serial(handle endpoint);

/* Likewise at the keyboard, if there is one. Errors: as above. */
must_use enum error typed_start_keyboard(handle endpoint);

/* Takes what has arrived, after a notification. Errors: those of system_call_acknowledge. */
must_use enum error typed_collect(uint64_t bits);

bool typed_waits(void);

/* Takes up to `size` bytes, the oldest first. Returns how many. Errors of the port show up in typed_loss only. */
size_t typed_take(uint8_t *buffer, size_t size);

/* What was lost, for people: once for all bytes that were until somebody had read all the others. NULL: nothing. */
const char *typed_loss(void);

#endif
