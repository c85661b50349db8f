#include "kernel/cpu/flush.h"
#include "kernel/cpu/instructions.h"
#include "kernel/cpu/local_apic.h"

void flush_serve(void)
{
    uint64_t wanted = atomic_load_acquire(&this_cpu->flush_wanted);

    if (wanted == this_cpu->flush_done)
        return;
    control_3_write(control_3_read()); /* no page of a task is global */
    atomic_store_release(&this_cpu->flush_done, wanted);
}

void flush_others(uint64_t cpus_wanted)
{
    uint64_t wanted[WORKERS_MAX]; /* 0: of no CPU that is asked */
    uint32_t count = cpu_count;

    RULE_HOLDS(LOCK_WAITS, rules_unlocked()); /* even if nobody lets it wait */
    for (uint32_t k = 0; k < count; k++) {
        wanted[k] = 0;
        if (!(cpus_wanted >> k & 1))
            continue;
        wanted[k] = atomic_add_acquire_release(&cpus[k]->flush_wanted, 1) + 1;
        interrupt_send(k, VECTOR_FLUSH);
    }
    for (uint32_t k = 0; k < count; k++) {
        while (atomic_load_acquire(&cpus[k]->flush_done) < wanted[k])
            wait_turn_for("a flush by CPU", k);
    }
}

void wait_turn(void)
{
    RULE_HOLDS(LOCK_WAITS, rules_unlocked());
    atomic_pause();
    flush_serve();
}
