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

/* Two tasks that print the first time at the same tick of the processor's clock would mix their lines, and nothing worse. */
uint32_t console_writer(void)
{
    static uint32_t writer;

    if (writer == 0) {
        writer = (uint32_t)__builtin_ia32_rdtsc() | 1;
    }
    return writer;
}
