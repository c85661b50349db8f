/* Output of many writers, shown line by line: a buffer for each writer. What is to be seen goes to a function. */
#ifndef SERVERS_CONSOLE_LINES_H
#define SERVERS_CONSOLE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINES 64        /* writers with an unfinished line at the same time; one more has the oldest of them shown */
#define LINE_LENGTH 256 /* bytes of a line that are kept until it ends; then it is shown in pieces */

struct line {
    uint64_t writer;
    uint64_t last_use; /* in the order of writes; 0: the buffer is nobody's yet */
    size_t length;
    char text[LINE_LENGTH];
};

struct lines {
    void (*show)(const char *text, size_t length);
    uint64_t uses;
    bool open;            /* what was shown last has no end of line, */
    uint64_t open_writer; /* and is this writer's */
    struct line lines[LINES];
};

/* Starts without text. show: called with what is to be seen, in order. */
void lines_initialise(struct lines *lines, void (*show)(const char *text, size_t length));

/* Adds text to the writer's line, and shows it at each line feed, or when it is full. Before a line of another writer an
 * unfinished one that can be seen is ended. */
void lines_write(struct lines *lines, uint64_t writer, const char *text, size_t length);

/* Shows the writer's line as it is. */
void lines_flush(struct lines *lines, uint64_t writer);

#endif
