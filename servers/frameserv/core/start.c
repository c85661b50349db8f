#include "servers/frameserv/core/start.h"

#include "servers/frameserv/core/recover.h"

enum error start_check(const struct keep *keep, bool *first)
{
    *first = keep->booted == 0;
    return keep->version == 0 || keep->version == KEEP_VERSION ? ERROR_NONE : ERROR_OTHER_LAYOUT;
}

enum error start_first(struct worker *worker, const struct boot_information *information, ask_kernel ask)
{
    struct keep *keep = worker->keep;

    if (keep->version == 0)
        boot_keep(information, &worker->window, keep);
    else
        recover_begin(keep, worker->control->start);
    enum error error = boot_objects(information, &worker->window, keep);
    if (error != ERROR_NONE)
        return error;
    boot_release(worker, ask);
    atomic_store_release(&keep->booted, 1);
    return ERROR_NONE;
}
