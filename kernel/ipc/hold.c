#include "kernel/ipc/hold.h"
#include "kernel/cpu/flush.h"
#include "kernel/cpu/instructions.h"
#include "kernel/cpu/local_apic.h"
#include "kernel/ipc/restart.h"

static atomic_word holder; /* number of the CPU that holds the others + 1, or 0 */
static atomic_word held;   /* CPUs that stand still, a bit each */

static uint64_t others(void)
{
    return ((UINT64_C(1) << cpu_count) - 1) & ~(UINT64_C(1) << this_cpu->number);
}

bool hold_is_own(void)
{
    return cpu_count == 1 || atomic_load_relaxed(&holder) == this_cpu->number + 1;
}

enum error hold_others(void)
{
    uint64_t found = 0;

    if (cpu_count == 1)
        return ERROR_NONE;
    if (!atomic_swap_if_acquire_release(&holder, &found, this_cpu->number + 1))
        return found == this_cpu->number + 1 ? ERROR_NONE : ERROR_AGAIN;
    for (uint32_t k = 0; k < cpu_count; k++)
        if (k != this_cpu->number)
            restart_poke(k);
    while ((atomic_load_acquire(&held) & others()) != others()) {
        interrupt_window();
        wait_turn_for("CPUs, a bit each, to hold still:", others());
    }
    return ERROR_NONE;
}

void hold_release(void)
{
    if (cpu_count == 1 || !hold_is_own())
        return;
    atomic_exchange_acquire_release(&holder, 0);
    for (uint32_t k = 0; k < cpu_count; k++)
        if (k != this_cpu->number)
            interrupt_send(k, VECTOR_MAIL);
}

static bool is_wanted(void)
{
    uint64_t by = atomic_load_acquire(&holder);

    return by != 0 && by != this_cpu->number + 1;
}

/* Whoever holds after somebody else finds this CPU's bit either gone, or set by a CPU that will see that it is to stay. */
static void stay(void)
{
    uint64_t bit = UINT64_C(1) << this_cpu->number;

    while (is_wanted()) {
        atomic_or_acquire_release(&held, bit);
        while (is_wanted())
            __asm__ volatile("sti; hlt; cli" ::: "memory");
        atomic_and_acquire_release(&held, ~bit);
    }
}

void hold_look(struct task *worker)
{
    bool busy = worker->state == TASK_READY || (this_cpu->current == worker && worker->state == TASK_RUNNING);

    if (!is_wanted())
        return;
    if (!busy) {
        stay();
        return;
    }
    this_cpu->reschedule = 1; /* or the short way of its reply goes to another task */
    restart_poke(this_cpu->number);
}
