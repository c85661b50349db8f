#include "kernel/object/grace.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/instructions.h"
#include "kernel/cpu/local_apic.h"
#include <stddef.h>

atomic_word grace_newest;

static atomic_word waiters; /* CPUs with tasks that wait, a bit each */

static void call_others(uint64_t which)
{
    for (uint32_t k = 0; k < cpu_count; k++)
        if (k != this_cpu->number && (which >> k & 1))
            interrupt_send(k, VECTOR_MAIL);
}

/* Two rounds: one CPU may send mail about the object until it leaves the kernel in the first, which another one has left
 * already; that one opens it before it leaves in the second. */
#define ROUNDS 2

static void wait_for_round(struct task *task)
{
    if (this_cpu->waiting_for_grace)
        this_cpu->last_for_grace->next = task;
    else
        this_cpu->waiting_for_grace = task;
    this_cpu->last_for_grace = task;
    task->next = NULL;
    atomic_or_acquire_release(&waiters, UINT64_C(1) << this_cpu->number);
    task->grace = atomic_add_acquire_release(&grace_newest, 1) + 1;
    call_others(UINT64_MAX);
}

void grace_ask(struct task *task)
{
    task->grace_rounds = ROUNDS;
    wait_for_round(task);
}

/* Up to which ticket all CPUs have passed. */
static uint64_t passed_by_all(void)
{
    uint64_t least = UINT64_MAX;

    for (uint32_t k = 0; k < cpu_count; k++) {
        uint64_t seen = atomic_load_acquire(&cpus[k]->grace_seen);
        least = seen < least ? seen : least;
    }
    return least;
}

void grace_pass(uint64_t ticket)
{
    if (ticket == this_cpu->grace_seen)
        return;
    atomic_exchange_acquire_release(&this_cpu->grace_seen, ticket); /* before it is looked who waits */
    call_others(atomic_load_acquire(&waiters));
}

/* Takes the first of this CPU's tasks out of the list, which has waited longest, if all CPUs have passed for it. */
static struct task *take_first(void)
{
    struct task *task = this_cpu->waiting_for_grace;

    if (!task || task->grace > passed_by_all())
        return NULL;
    this_cpu->waiting_for_grace = task->next;
    if (!task->next)
        atomic_and_acquire_release(&waiters, ~(UINT64_C(1) << this_cpu->number));
    return task;
}

struct task *grace_next(void)
{
    struct task *task;

    while ((task = take_first()) && --task->grace_rounds > 0) {
        wait_for_round(task);
        interrupt_window();
    }
    return task;
}
