/* The console server's protocol. Tasks use quire/print.h, and console_read below. A call's label is one of these. */
#ifndef QUIRE_CONSOLE_H
#define QUIRE_CONSOLE_H

#include <quire/abi.h>
#include <quire/error.h>
#include <stddef.h>

#define CONSOLE_NAME "console" /* the handle's name on the start page */
#define CONSOLE_BYTES 40       /* that one message carries, in its words, lowest byte first */

enum console_operation {
    /* Label: CONSOLE_WRITE | bytes << 8. Adds bytes (1 to CONSOLE_BYTES) to the line of the caller's badge; a line is shown when it ends, or is as long as one
     * can be, so that those of several tasks do not mix. */
    CONSOLE_WRITE = 1,
    /* Shows the caller's line as it is, a prompt say. */
    CONSOLE_FLUSH = 2,
    /* Answers with up to CONSOLE_BYTES bytes that were typed, their number in the label << 8; 0: none at the moment. */
    CONSOLE_READ = 3,
    /* With one handle that moves, to an endpoint with the notify right: is notified when something was typed, from then on. */
    CONSOLE_LISTEN = 4,
};

/* Up to `size` bytes that were typed; *count: how many, 0 if none wait. Errors: NoServer. */
must_use enum error console_read(char *buffer, size_t size, size_t *count);

/* Has an endpoint notified whenever something is typed; the handle (with the notify right) moves. Errors: those of endpoint_call. */
must_use enum error console_listen(handle endpoint);

/* Shows what was printed of an unfinished line. Errors: NoServer. */
must_use enum error console_flush(void);

#endif
