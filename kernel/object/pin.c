#include "kernel/object/pin.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/flush.h"

atomic_word frames_pinned;

void pin(uint64_t frame)
{
    RULE_HOLDS(PIN_UNLOCKED, rules_locked(frame) && this_cpu->pinned == 0);
    atomic_store_relaxed(&this_cpu->pinned, frame + 1);
    atomic_add_acquire_release(&frames_pinned, 1);
}

void unpin(void)
{
    atomic_store_release(&this_cpu->pinned, 0);
    atomic_subtract_release(&frames_pinned, 1);
}

bool pin_is_elsewhere(uint64_t frame)
{
    for (uint32_t k = 0; k < cpu_count; k++)
        if (k != this_cpu->number && atomic_load_acquire(&cpus[k]->pinned) == frame + 1)
            return true;
    return false;
}

void pin_wait(uint64_t frame)
{
    RULE_HOLDS(LOCK_WAITS, rules_unlocked());
    while (pin_is_elsewhere(frame))
        wait_turn_for("flushes of frame", frame);
}
