#include "kernel/cpu/flush.h"
#include "kernel/cpu/instructions.h"

void flush_serve(void)
{
    uint64_t wanted = atomic_load_acquire(&this_cpu->flush_wanted);

    if (wanted == atomic_load_relaxed(&this_cpu->flush_done))
        return;
    control_3_write(control_3_read());
    atomic_store_release(&this_cpu->flush_done, wanted);
}
