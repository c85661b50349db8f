/* The table of commands, and what their files have in common. */
#ifndef SERVERS_SHELL_COMMANDS_H
#define SERVERS_SHELL_COMMANDS_H

#include "servers/shell/completion.h"
#include "servers/shell/outcome.h"
#include "servers/shell/things.h"
#include "servers/shell/words.h"

/* Each command: what stands behind its name, as many words as commands.def allows. */
#define GROUP(title)
#define COMMAND(identifier, name, least, most, use, help)                                                              \
    must_use outcome command_##identifier(const struct words *words);
#include "servers/shell/commands.def"
#undef COMMAND
#undef GROUP

/* Does what the words say. An error has been told then. */
outcome command_do(const struct words *words);

/* Offers what the word behind `before` could be. */
void command_candidates(const char *before, struct completion *completion);

/* Says what an error means: NAME: sentence, and of OverLimit whose limit it was. */
void say_outcome(outcome value);

/* --- handles.c: what words name --- */

/* A handle by its name, or by its number if that is none the shell needs itself. thing (unless NULL): what has the name; NULL:
 * nothing. Errors: NoName, WrongName (a segment), OwnHandle. */
must_use outcome handle_named(const char *word, handle *value, struct thing **thing);

/* A segment. Errors: NoName, WrongName. */
must_use outcome segment_named(const char *word, struct thing **thing);

/* Calls a function for each thing in a list of names and ranges; stops at the first error. Errors: NoName, BadRange, that of the function. */
must_use outcome for_each_thing(const struct words *words, outcome (*act)(struct thing *thing));

/* Drops the handles of a thing and forgets it. */
must_use outcome thing_drop(struct thing *thing);

/* Names a fresh handle and says its name and what it is; without room the handle goes back. */
must_use outcome name_handle(enum thing_sort sort, handle value);

#endif
