#include "servers/shell/words.h"

#include <quire/abi.h>
#include <quire/format.h>
#include <quire/option_words.h>
#include <string.h>

must_use outcome words_cut(const char *line, struct cut_line *cut)
{
    size_t used = 0;

    cut->words = (struct words){0, cut->word};
    if (strlen(line) > SHELL_LINE_MAX) {
        return SHELL_ERROR_LONG_LINE;
    }
    for (;;) {
        struct option_word word = option_next_word(&line);

        if (word.length == 0 || word.start[0] == '#') {
            return ERROR_NONE;
        }
        if (cut->words.count == WORDS_MAX) {
            cut->words.count = 0;
            return SHELL_ERROR_MANY_WORDS;
        }
        memcpy(cut->text + used, word.start, word.length);
        cut->text[used + word.length] = 0;
        cut->word[cut->words.count++] = cut->text + used;
        used += word.length + 1; /* a blank or the end stood there */
    }
}

struct words words_behind(const struct words *words, uint32_t count)
{
    return (struct words){words->count - count, words->word + count};
}

must_use outcome word_number(const char *word, uint64_t maximum, uint64_t *number)
{
    return option_number(word, maximum, number) == ERROR_NONE ? ERROR_NONE : (outcome)SHELL_ERROR_BAD_NUMBER;
}

must_use outcome word_option(const char *word, const char *key, uint64_t maximum, bool *found, uint64_t *number)
{
    size_t length = strlen(key);

    *found = strncmp(word, key, length) == 0 && word[length] == '=';
    return *found ? word_number(word + length + 1, maximum, number) : ERROR_NONE;
}

static const struct {
    char letter;
    uint32_t right;
} rights_table[] = {
#define RIGHT(bit, NAME, letter, text) {(letter)[0], RIGHT_##NAME},
#include <quire/rights.def>
#undef RIGHT
};

#define RIGHTS (sizeof(rights_table) / sizeof(rights_table[0]))
_Static_assert(RIGHTS < RIGHTS_TEXT, "a letter each");

must_use outcome word_rights(const char *word, uint32_t *rights)
{
    uint32_t sum = 0;

    for (; *word != 0; word++) {
        size_t k = 0;

        while (k < RIGHTS && rights_table[k].letter != *word) {
            k++;
        }
        if (k == RIGHTS) {
            return SHELL_ERROR_BAD_WORD;
        }
        sum |= rights_table[k].right;
    }
    *rights = sum;
    return ERROR_NONE;
}

void rights_text(uint32_t rights, char text[RIGHTS_TEXT])
{
    size_t length = 0;

    for (size_t k = 0; k < RIGHTS; k++) {
        if ((rights & rights_table[k].right) != 0) {
            text[length++] = rights_table[k].letter;
        } else if ((RIGHTS_FRAME & rights_table[k].right) != 0) {
            text[length++] = '-';
        }
    }
    text[length] = 0;
}

must_use outcome word_kind(const char *word, uint32_t *kind)
{
    static const struct {
        uint32_t number;
        const char *name;
    } kinds[] = {
#define KIND(number, NAME, name, untyped, shareable, object, convertible, reads, text) {number, name},
#include <quire/kinds.def>
#undef KIND
    };

    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        if (strcmp(kinds[k].name, word) == 0) {
            *kind = kinds[k].number;
            return ERROR_NONE;
        }
    }
    return SHELL_ERROR_BAD_WORD;
}

void size_text(uint64_t frames, char *text, size_t size)
{
    uint64_t kibibytes = frames * 4;

    if (kibibytes >= UINT64_C(10240) * 1024) {
        format_line(text, size, "%lu GiB", kibibytes / 1024 / 1024);
    } else if (kibibytes >= 10240) {
        format_line(text, size, "%lu MiB", kibibytes / 1024);
    } else {
        format_line(text, size, "%lu KiB", kibibytes);
    }
}
