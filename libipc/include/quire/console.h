/* The console server's protocol. Tasks use quire/print.h, and console_read below. */
#ifndef QUIRE_CONSOLE_H
#define QUIRE_CONSOLE_H

#include <quire/abi.h>
#include <quire/error.h>
#include <stddef.h>

#define CONSOLE_NAME "console" /* the handle's name on the start page */
#define CONSOLE_BYTES 40       /* that one message carries, in its words, lowest byte first */

/* The label of a call is operation:8 | bytes:24 | writer:32, that of a reply error:8 | bytes:24. A badge is an account; its
 * tasks choose a writer each, any number, so that their lines do not mix. Errors: BadOperation, BadCount (bytes
 * that the operation does not take, or no handle where there must be one), BadMode (a handle that the operation does not
 * take; it is dropped). */
enum console_operation {
    /* Adds bytes (1 to CONSOLE_BYTES) to the line of the caller's badge and writer. A line is shown when it ends, or is as
     * long as one can be. */
    CONSOLE_WRITE = 1,
    /* Shows the caller's line as it is, a prompt say. */
    CONSOLE_FLUSH = 2,
    /* Answers with bytes that were typed, at most as many as the label says (1 to CONSOLE_BYTES); 0: none wait. */
    CONSOLE_READ = 3,
    /* With one handle that moves, to an endpoint with the notify right: is notified when something was typed, from then on,
     * and at once if something waits. There is one listener, the last who asked. Without a handle: nobody any more. Errors too: WrongKind,
     * MissingRight; the handle is dropped. */
    CONSOLE_LISTEN = 4,
};

static inline uint64_t console_label(uint32_t operation_or_error, uint32_t bytes)
{
    return operation_or_error | (uint64_t)bytes << 8;
}

static inline uint32_t console_label_operation(uint64_t label)
{
    return label & 0xff;
}

/* For operations on the line of a writer. */
static inline uint64_t console_label_of(uint32_t writer, uint32_t operation, uint32_t bytes)
{
    return console_label(operation, bytes) | (uint64_t)writer << 32;
}

static inline uint32_t console_label_bytes(uint64_t label)
{
    return (uint32_t)(label >> 8 & 0xffffff);
}

static inline uint32_t console_label_writer(uint64_t label)
{
    return (uint32_t)(label >> 32);
}

/* Up to `size` bytes that were typed; *count: how many, 0 if none wait. They come as the line sends them: nothing is echoed,
 * nothing edited, and a terminal's Enter is a carriage return. Does not wait: to wait, listen, receive, then read until there
 * is no more; a notification may come for what was read already. Errors: NoServer, BadHandle (this task has no console). */
must_use enum error console_read(char *buffer, size_t size, size_t *count);

/* Has an endpoint notified whenever something is typed: the handle, with the notify and the move right, moves; 0: nobody any
 * more. There is one listener, the last who asked. Errors, after which the handle is still here: those of endpoint_call,
 * WrongKind, MissingRight. */
must_use enum error console_listen(handle endpoint);

/* Shows what was printed of an unfinished line. Errors: NoServer, BadHandle. */
must_use enum error console_flush(void);

/* Prints to, and reads from, another console than that on the start page; 0: that one. */
void console_use(handle console);

/* Which one it is; 0: none. */
handle console_used(void);

/* The number by which the console tells this task from others of its account. */
uint32_t console_writer(void);

#endif
