/* A program for the shell: reads what is not there. */
#include <quire/print.h>
#include <stdint.h>

int main(void)
{
    volatile uintptr_t address = 16; /* the compiler does not know it */

    print("crasher: reads address %lu\n", address);
    return *(volatile int *)address;
}
