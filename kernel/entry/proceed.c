#include "kernel/entry/proceed.h"
#include "kernel/cpu/instructions.h"
#include "kernel/ipc/call.h"
#include "kernel/ipc/reap.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/schedule.h"

void proceed(void)
{
    for (schedule(); task_is_dying(this_cpu->current); schedule()) {
        struct task *task = this_cpu->current;
        bool found = reap_step(task);
        if (found && this_cpu->frame_server->closed)
            reap_for_nobody(task);
        if (!found || call_send(task, this_cpu->frame_server) != ERROR_NONE)
            reap_pause(task);
        interrupt_window();
    }
}
