/* Tries the way into ring 0 that the kernel does not use. With a loader that left it open it would come back from there
 * with this task's own code: tests/boot/spoil.c. */
#include <quire/print.h>
#include <quire/task.h>

int main(void)
{
    __asm__ volatile("sysenter");
    print("# intruder: let through\n");
    return 1;
}
