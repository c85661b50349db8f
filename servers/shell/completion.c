#include "servers/shell/completion.h"

#include <string.h>

void completion_begin(struct completion *completion, const char *word, size_t length)
{
    *completion = (struct completion){.word = word, .length = length};
}

/* How many characters two texts begin with in common. */
static size_t shared(const char *one, const char *other)
{
    size_t length = 0;

    while (one[length] != 0 && one[length] == other[length]) {
        length++;
    }
    return length;
}

void completion_offer(struct completion *completion, const char *candidate)
{
    size_t length = strlen(candidate);

    if (length >= CANDIDATE_MAX || length < completion->length ||
        memcmp(candidate, completion->word, completion->length) != 0) {
        return;
    }
    if (completion->show != NULL) {
        if (completion->count < LISTED_MAX) {
            completion->show(candidate, completion->width);
        }
    } else if (completion->count == 0) {
        memcpy(completion->common, candidate, length + 1);
    } else {
        completion->common[shared(completion->common, candidate)] = 0;
    }
    completion->width = length + 2 > completion->width ? length + 2 : completion->width;
    completion->count++;
}

size_t completion_word(const char *line, size_t cursor)
{
    while (cursor > 0 && line[cursor - 1] != ' ') {
        cursor--;
    }
    return cursor;
}
