/* What the editor's files have in common. */
#ifndef SERVERS_SHELL_EDITOR_PARTS_H
#define SERVERS_SHELL_EDITOR_PARTS_H

#include "servers/shell/editor.h"

#define BELL "\a"

void editor_show(const struct editor *editor, const char *text);

/* Puts `count` characters in at the cursor; what does not fit is left out, and the line is too long then. */
void editor_insert(struct editor *editor, const char *text, size_t count);

/* Completes the word before the cursor; when it can't, the second time in a row shows what there is. Returns whether the next time
 * would be that. */
bool editor_complete(struct editor *editor);

#endif
