#include "kernel/cpu/stop.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/instructions.h"
#include "kernel/cpu/local_apic.h"

static atomic_word stopper; /* 0, or 1 + number of the CPU that goes on */

void stop_others(void)
{
    uint64_t found = 0;

    if (cpu_count < 2)
        return;
    if (!atomic_swap_if_acquire_release(&stopper, &found, this_cpu->number + 1)) {
        stop_if_wanted();
        return;
    }
    for (uint32_t k = 0; k < cpu_count; k++)
        if (k != this_cpu->number)
            interrupt_send_non_maskable(k);
}

void stop_if_wanted(void)
{
    uint64_t found = atomic_load_acquire(&stopper);

    if (found && found != this_cpu->number + 1)
        halt_for_ever();
}
