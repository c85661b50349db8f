/* Words of command lines, the kernel's and those of modules. Words are separated by spaces or tabs; the word "--" ends
 * the options, and what follows is for somebody else. */
#ifndef QUIRE_OPTION_WORDS_H
#define QUIRE_OPTION_WORDS_H

#include <quire/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Part of a line, which has to stay. */
struct option_word {
    const char *start;
    size_t length;
};

/* The next word; length 0 at the end of the line. *cursor moves behind it. */
struct option_word option_next_word(const char **cursor);

/* The rest of the line without leading blanks. */
struct option_word option_rest(const char *cursor);

bool option_word_is(struct option_word word, const char *text);

/* Whether the word is KEY=..., and the value, which may be empty. */
bool option_word_value(struct option_word word, const char *key, struct option_word *value);

/* Copies the word, ended by 0, into a buffer of `size` bytes; false, and nothing is written, when it does not fit. */
bool option_word_copy(struct option_word word, char *buffer, size_t size);

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

#endif
