/* Which console a task prints to: apart from the rest, so that who only prints does not get more. */
#include <quire/console.h>

#include <quire/task.h>

static handle chosen; /* instead of the one on the start page */

void console_use(handle console)
{
    chosen = console;
}

handle console_used(void)
{
    return chosen != 0 ? chosen : start_handle(CONSOLE_NAME);
}
