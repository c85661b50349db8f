/* What the word before the cursor could become. */
#ifndef SERVERS_SHELL_COMPLETION_H
#define SERVERS_SHELL_COMPLETION_H

#include <stddef.h>
#include <stdint.h>

#define CANDIDATE_MAX 40 /* characters of a word that can be completed */
#define LISTED_MAX 120   /* candidates that a list shows */

struct completion {
    const char *word; /* what is there */
    size_t length;
    uint32_t count;                                    /* candidates that begin so */
    char common[CANDIDATE_MAX];                        /* what they all begin with */
    void (*show)(const char *candidate, size_t width); /* NULL, or called with each, and how wide a column must be */
    size_t width;                                      /* of the longest, and two */
};

/* Begins with the word of `length` characters. */
void completion_begin(struct completion *completion, const char *word, size_t length);

/* Offers a candidate; it counts if it begins with the word. */
void completion_offer(struct completion *completion, const char *candidate);

/* Where the word begins that ends at `cursor`. */
size_t completion_word(const char *line, size_t cursor);

#endif
