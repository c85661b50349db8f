/* The words of a command, and what they can mean. No system calls. */
#ifndef SERVERS_SHELL_WORDS_H
#define SERVERS_SHELL_WORDS_H

#include "servers/shell/history.h"
#include "servers/shell/outcome.h"
#include <stddef.h>

#define WORDS_MAX 64

struct words {
    uint32_t count;
    const char *const *word;
};

/* A line, cut into its words, which stand one after the other in `text`. Not to be copied: it has pointers into itself. */
struct cut_line {
    struct words words;
    const char *word[WORDS_MAX];
    char text[SHELL_LINE_MAX + 1];
};

/* Cuts a line at its blanks; a word that begins with # ends it. Errors: ManyWords; LongLine. */
must_use outcome words_cut(const char *line, struct cut_line *cut);

/* The same without the first `count` words. */
struct words words_behind(const struct words *words, uint32_t count);

/* A number, decimal or 0x and hexadecimal, not above `maximum`. Errors: BadNumber. */
must_use outcome word_number(const char *word, uint64_t maximum, uint64_t *number);

/* KEY=NUMBER: whether the word begins so, and then the number. */
must_use outcome word_option(const char *word, const char *key, uint64_t maximum, bool *found, uint64_t *number);

/* Rights by their letters, such as rwm (quire/rights.def). Errors: BadWord. */
must_use outcome word_rights(const char *word, uint32_t *rights);

#define RIGHTS_TEXT 16 /* letters of all rights, and the 0 */

/* The other way round, with - for each that is missing of those a frame can have. */
void rights_text(uint32_t rights, char text[RIGHTS_TEXT]);

/* The number of a kind of frame, by its name. Errors: BadWord. */
must_use outcome word_kind(const char *word, uint32_t *kind);

/* Memory as people say it: "512 MiB" or "36 KiB". */
void size_text(uint64_t frames, char *text, size_t size);

#endif
