#ifdef CHECKED
#include "kernel/rules.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/instructions.h"
#include "kernel/cpu/stop.h"
#include "kernel/cpu/timer.h"
#include "kernel/cpu/uart.h"
#include "kernel/memory/ledger.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/task.h"
#include "kernel/print.h"

#define FLAGS_INTERRUPTS UINT64_C(0x200) /* Intel SDM volume 1, 3.4.3 */

bool rules_are_over;
uint64_t rules_patience = UINT64_C(10) * TIMER_HERTZ;

static const char *const texts[RULES] = {
#define RULE(NAME, text) [RULE_##NAME] = #NAME ": " text,
#include "kernel/rules.def"
#undef RULE
};

static void show_waits(void)
{
    for (uint32_t k = 0; k < cpu_count; k++)
        if (cpus[k]->rules.waits_for)
            print_line(PRINT_QUIET, "CPU %u waits for %s 0x%lx", k, cpus[k]->rules.waits_for, cpus[k]->rules.awaited);
}

_Noreturn void rule_broken(enum rule rule, const char *file, uint32_t line)
{
    rules_are_over = true;
    stop_others();
    uart_take_over();
    print_line(PRINT_QUIET, "rule %s, %s:%u, CPU %u", texts[rule], file, line, this_cpu->number);
    show_waits();
    __builtin_trap();
}

_Noreturn void rules_left_locked(void); /* called by assembly */
_Noreturn void rules_left_locked(void)
{
    rule_broken(this_cpu->rules.locked ? RULE_LOCK_LEAVES : RULE_PIN_LEAVES, "assembly", 0);
}

_Noreturn void rules_locked_in_assembly(void); /* likewise */
_Noreturn void rules_locked_in_assembly(void)
{
    rule_broken(RULE_LOCK_SECOND, "assembly", 0);
}

bool rules_unlocked(void)
{
    return !this_cpu->rules.locked && this_cpu->rules.devices == 0;
}

bool rules_closed(void)
{
    uint64_t flags;

    __asm__ volatile("pushfq; popq %0" : "=r"(flags));
    return !(flags & FLAGS_INTERRUPTS);
}

bool rules_locked(uint64_t frame)
{
    return this_cpu->rules.locked && this_cpu->rules.locked == ledger_find(frame);
}

bool rules_is_here(const struct task *task)
{
    return !this_cpu->rules.runs || __atomic_load_n(&task->at, __ATOMIC_ACQUIRE) == this_cpu->number;
}

bool rules_line_is_own(const struct endpoint_line *line)
{
    return line == &endpoint_of_line(line)->lines[this_cpu->number];
}

bool rules_passed(const struct task *task)
{
    for (uint32_t k = 0; k < cpu_count; k++)
        if (atomic_load_acquire(&cpus[k]->grace_seen) < task->grace)
            return false;
    return task->grace_rounds == 0;
}

bool rules_lock(const atomic_word *word)
{
    this_cpu->rules.locked = word;
    this_cpu->rules.waits_for = NULL;
    return true;
}

bool rules_unlock(const atomic_word *word)
{
    bool held = this_cpu->rules.locked == word;

    this_cpu->rules.locked = NULL;
    return held;
}

bool rules_wait(const char *what, uint64_t which)
{
    uint64_t now = time_stamp_read();

    this_cpu->rules.waits_for = what;
    this_cpu->rules.awaited = which;
    if (this_cpu->rules.began == 0)
        this_cpu->rules.began = now;
    return !timer_stamps || now - this_cpu->rules.began < rules_patience * timer_stamps;
}

void rules_outside(void)
{
    this_cpu->rules.runs = true;
    this_cpu->rules.began = 0;
    this_cpu->rules.waits_for = NULL;
}

void rules_device(bool held)
{
    if (held)
        this_cpu->rules.devices++;
    else
        this_cpu->rules.devices--;
}
#endif
