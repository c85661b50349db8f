/* How a command came out: 0, an error of quire/errors.def, or one of the shell's own (shell_errors.def). */
#ifndef SERVERS_SHELL_OUTCOME_H
#define SERVERS_SHELL_OUTCOME_H

#include <quire/error.h>
#include <stdbool.h>

typedef uint32_t outcome;

enum shell_error {
#define SHELL_ERROR(number, NAME, name, sentence) SHELL_ERROR_##NAME = (number),
#include "servers/shell/shell_errors.def"
#undef SHELL_ERROR
};

/* As error_name and error_sentence. */
const char *outcome_name(outcome value);
const char *outcome_sentence(outcome value);

/* The names of all of them, one after the other, from place 0 on; NULL behind the last. *value: the number. */
const char *outcome_at(uint32_t place, outcome *value);

/* The one that has a name; false: none has. */
bool outcome_find(const char *name, outcome *value);

#endif
