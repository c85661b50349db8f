/* Words on the kernel's and the modules' command lines. Words are separated by spaces or tabs; the word "--"
 * ends the options, and what follows is for somebody else. */
#ifndef KERNEL_BOOT_OPTIONS_H
#define KERNEL_BOOT_OPTIONS_H

#include <quire/error.h>
#include <stddef.h>
#include <stdint.h>

enum option_state {
    OPTION_ABSENT = 0,
    OPTION_FOUND = 1,
    OPTION_TOO_LONG = 2, /* there, but its value does not fit */
};

/* Looks for the word KEY (value "") or KEY=VALUE; of several the last counts. FOUND: the value is in buffer, ended
 * by 0. Otherwise buffer is unchanged. size: bytes of buffer, at least 1. */
enum option_state option_find(const char *line, const char *key, char *buffer, size_t size);

/* Reads a whole string as a number, decimal or 0x and hexadecimal.
 * BAD_ARGUMENT: empty, or something in it is no digit. OUT_OF_BOUND: above maximum. */
must_use enum error option_number(const char *text, uint64_t maximum, uint64_t *out);

/* The first word of a line, cut to size - 1 characters; size: 1 or more. Returns what follows it. */
const char *option_name(const char *line, char *buffer, size_t size);

#endif
