#include "kernel/entry/proceed.h"
#include "kernel/cpu/instructions.h"
#include "kernel/ipc/reap.h"
#include "kernel/object/schedule.h"

void proceed(void)
{
    for (schedule(); task_is_dying(this_cpu->current); schedule()) {
        reap_step(this_cpu->current);
        interrupt_window();
    }
}
