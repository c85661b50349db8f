/* What commands want of the shell's loop. */
#ifndef SERVERS_SHELL_SHELL_H
#define SERVERS_SHELL_SHELL_H

#include "servers/shell/history.h"

/* Shows text of any length; bytes that are no characters as ?. */
void shell_show(const char *text);

const struct history *shell_history(void);

/* The shell ends after this command. */
void shell_end(void);

#endif
