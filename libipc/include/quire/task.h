/* What a task starts with. The start-up code calls main and ends the task with what it returns. */
#ifndef QUIRE_TASK_H
#define QUIRE_TASK_H

#include <quire/start.h>
#include <quire/system_call.h>

/* The task's own: 0 means that all went well. */
int main(void);

/* What the kernel told the task; read-only, there from start to end. */
static inline const struct start_page *start_page(void)
{
    return (const struct start_page *)START_PAGE_ADDRESS;
}

/* The handle to the frame server, which every task has. */
static inline handle frame_server(void)
{
    return start_page()->handles[0].handle;
}

/* The handle that the task was given under a name, or 0 (never a handle) when it was given none. */
handle start_handle(const char *name);

/* Copies the value of a word `key=value` of a line (start_page()->arguments or ->command_line) into buffer, cut to
 * size - 1 characters. Returns buffer, or `otherwise` when the line has no such word. */
const char *start_option(const char *line, const char *key, char *buffer, size_t size, const char *otherwise);

/* The same for a decimal number; `otherwise` too when the value is no number. */
uint64_t start_option_number(const char *line, const char *key, uint64_t otherwise);

#endif
