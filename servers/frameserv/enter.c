#include "servers/frameserv/enter.h"

#include "servers/frameserv/kernel.h"
#include <quire/error.h>
#include <quire/task.h>

_Noreturn void task_enter(uint64_t number);

/* Called by _start with what the kernel left in rdi. In place of the library's, which prepares what tasks with handles of their
 * own need. */
_Noreturn void task_enter(uint64_t number)
{
    if (start_page()->abi_version != ABI_VERSION) {
        kernel_print("# %s: kernel %u, server %u: %s\n", error_name(ERROR_ABI_MISMATCH), start_page()->abi_version,
                     ABI_VERSION, error_sentence(ERROR_ABI_MISMATCH));
        system_call_exit(ERROR_ABI_MISMATCH);
    }
    system_call_exit((uint64_t)worker_main((uint32_t)number));
}
