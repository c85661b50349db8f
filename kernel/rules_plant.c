/* Breaks a rule on purpose, once, so that tests see it noticed. */
#ifdef CHECKED
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/flush.h"
#include "kernel/cpu/instructions.h"
#include "kernel/cpu/local_apic.h"
#include "kernel/cpu/timer.h"
#include "kernel/entry/mailbox.h"
#include "kernel/ipc/call.h"
#include "kernel/ipc/carry.h"
#include "kernel/memory/ledger.h"
#include "kernel/object/handle_ring.h"
#include "kernel/object/pin.h"
#include "kernel/object/schedule.h"
#include <quire/option_words.h>
#include <string.h>

#define BEFORE 50 /* ways out of the kernel: tasks run by then */

static enum rule planted;

/* A CPU that waits without serving others. */
enum { DEAF_WANTED = 1, DEAF };
static atomic_word deaf;

void rules_choose(const char *command_line)
{
    static const char *const names[RULES] = {
#define RULE(NAME, text) [RULE_##NAME] = #NAME,
#include "kernel/rules.def"
#undef RULE
    };
    char value[24];

    if (option_find(command_line, "plant", value, sizeof(value)) != OPTION_FOUND)
        return;
    for (enum rule rule = RULE_NONE + 1; rule < RULES; rule++)
        if (strcmp(value, names[rule]) == 0)
            planted = rule;
}

/* The last handle to an endpoint of its own, without having waited. */
static void end_object(struct task *task)
{
    struct handle_entry *entry = &task->hidden[HIDDEN_END];
    uint64_t frame = physical_address(endpoint_of_line(this_cpu->frame_server)) / FRAME_SIZE;
    atomic_word *word = ledger_find(frame);

    handle_set(task, entry, HIDDEN_GENERATION, frame, KIND_ENDPOINT, 0);
    ledger_unlock(word, (ledger_lock(word), handle_link(entry, ledger_word_free())));
    task->graced = entry;
    task->grace = UINT64_MAX;
    (void)!carry_leave(task, entry, this_cpu->worker);
}

static void break_it(struct task *task)
{
    uint32_t other = 1 - this_cpu->number;
    uint64_t frame = physical_address(task) / FRAME_SIZE;
    atomic_word *word = ledger_find(frame);

    switch (planted) {
    case RULE_LOCK_SECOND:
        (void)ledger_lock(word);
        (void)ledger_lock(ledger_find(physical_address(this_cpu->worker) / FRAME_SIZE));
        break;
    case RULE_LOCK_NOT_HELD:
        ledger_unlock(word, atomic_load_relaxed(word));
        break;
    case RULE_LOCK_INTERRUPTS:
        (void)ledger_lock(word);
        interrupt_window();
        break;
    case RULE_LOCK_WAITS:
        (void)ledger_lock(word);
        flush_others(UINT64_C(1) << other);
        break;
    case RULE_LOCK_SWITCHES:
        (void)ledger_lock(word);
        schedule_switch(task);
        break;
    case RULE_LOCK_LEAVES:
        (void)ledger_lock(word);
        break;
    case RULE_WAIT_ENDLESS:
        rules_patience = TIMER_HERTZ;
        atomic_store_release(&deaf, DEAF_WANTED);
        interrupt_send(other, VECTOR_MAIL);
        while (atomic_load_acquire(&deaf) != DEAF)
            atomic_pause();
        flush_others(UINT64_C(1) << other);
        break;
    case RULE_TASK_ELSEWHERE:
        schedule_ready(cpus[other]->worker);
        break;
    case RULE_RING_UNLOCKED:
        (void)!handle_unlink(&task->hidden[HIDDEN_ROOT], atomic_load_relaxed(word));
        break;
    case RULE_LINE_ELSEWHERE:
        call_look(cpus[other]->frame_server);
        break;
    case RULE_MAIL_INSIDE:
        mailbox_open();
        break;
    case RULE_GRACE_MISSING:
        end_object(task);
        break;
    case RULE_PIN_UNLOCKED:
        pin(frame);
        break;
    case RULE_PIN_LEAVES:
        (void)ledger_lock(word);
        pin(frame);
        ledger_unlock(word, atomic_load_relaxed(word));
        break;
    default:
        break;
    }
}

void rules_plant(void)
{
    static uint32_t passed[2];

    if (atomic_load_acquire(&deaf) == DEAF_WANTED) {
        atomic_store_release(&deaf, DEAF);
        for (;;)
            atomic_pause();
    }
    if (planted == RULE_NONE || cpu_count != 2 || !this_cpu->current || this_cpu->current->server)
        return;
    if (++passed[this_cpu->number] == BEFORE)
        break_it(this_cpu->current);
}
#endif
