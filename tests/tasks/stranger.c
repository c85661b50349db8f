/* A task that was built for another ABI. Its start-up code must end it with a named error; should it get as far as
 * main, it reports a failed test. */
#include <quire/abi.h>

#undef ABI_VERSION
#define ABI_VERSION UINT32_C(0)
#include "libipc/src/start.c" /* stands in for the library's */

int main(void)
{
    print("not ok - a task of ABI version 0 runs on version %u\n", start_page()->abi_version);
    return 1;
}
