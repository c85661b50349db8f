/* What init says, and the end of what it can not go on with. */
#ifndef SERVERS_INIT_SAY_H
#define SERVERS_INIT_SAY_H

#include <quire/abi.h>
#include <stdbool.h>

/* Drops a handle that is still here, if it is one, and sets it 0. */
void give_back(handle *value);

/* Prints text that may be longer than print takes. */
void print_long(const char *text);

/* Ends the machine; if that is not to be had, this task. */
_Noreturn void judge(bool passed);

/* Says why init can't go on, and ends the machine as failed. */
_Noreturn void give_up(const char *what, enum error error);

#endif
