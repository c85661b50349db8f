#include "servers/shell/outcome.h"

#include <stddef.h>
#include <string.h>

struct entry {
    outcome value;
    const char *name;
    const char *sentence;
};

static const struct entry entries[] = {
#define ERROR(number, NAME, name, sentence) {number, name, sentence},
#include <quire/errors.def>
#undef ERROR
#define SHELL_ERROR(number, NAME, name, sentence) {number, name, sentence},
#include "servers/shell/shell_errors.def"
#undef SHELL_ERROR
};

#define ENTRIES (sizeof(entries) / sizeof(entries[0]))

static const struct entry *find(outcome value)
{
    for (size_t k = 0; k < ENTRIES; k++) {
        if (entries[k].value == value) {
            return &entries[k];
        }
    }
    return NULL;
}

const char *outcome_name(outcome value)
{
    const struct entry *entry = find(value);

    return entry != NULL ? entry->name : error_name(value);
}

const char *outcome_sentence(outcome value)
{
    const struct entry *entry = find(value);

    return entry != NULL ? entry->sentence : error_sentence(value);
}

const char *outcome_at(uint32_t place, outcome *value)
{
    if (place >= ENTRIES) {
        return NULL;
    }
    *value = entries[place].value;
    return entries[place].name;
}

bool outcome_find(const char *name, outcome *value)
{
    for (size_t k = 0; k < ENTRIES; k++) {
        if (strcmp(entries[k].name, name) == 0) {
            *value = entries[k].value;
            return true;
        }
    }
    return false;
}
