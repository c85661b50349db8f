/* From the kernel's start page to main. */
#include <quire/entries.h>
#include <quire/print.h>
#include <quire/task.h>
#include <string.h>

_Noreturn void task_enter(void);

/* Called by _start. A task built for another ABI must not go on: even the numbers of system calls may differ, so
 * it ends with the named error. */
_Noreturn void task_enter(void)
{
    if (start_page()->abi_version != ABI_VERSION) {
        print("# %s: kernel %u, task %u: %s\n", error_name(ERROR_ABI_MISMATCH), start_page()->abi_version, ABI_VERSION,
              error_sentence(ERROR_ABI_MISMATCH));
        system_call_exit(ERROR_ABI_MISMATCH);
    }
    own_entries_initialise();
    system_call_exit((uint64_t)main());
}

handle start_handle(const char *name)
{
    const struct start_page *page = start_page();

    for (uint32_t i = 0; i < page->handle_count && i < START_HANDLES; i++) {
        if (strncmp(page->handles[i].name, name, START_NAME) == 0) {
            return page->handles[i].handle;
        }
    }
    return 0;
}
