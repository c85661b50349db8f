/* Interrupts and exceptions: from tasks (which may fault as they like) and from the kernel (which may not). */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/flush.h"
#include "kernel/cpu/instructions.h"
#include "kernel/cpu/legacy_interrupt.h"
#include "kernel/cpu/local_apic.h"
#include "kernel/cpu/stop.h"
#include "kernel/cpu/turns.h"
#include "kernel/event.h"
#include "kernel/memory/window.h"
#include "kernel/entry/proceed.h"
#include "kernel/ipc/restart.h"
#include "kernel/ipc/sweep.h"
#include "kernel/object/interrupt_line.h"
#include "kernel/object/task.h"
#include "kernel/panic/panic.h"
#include "kernel/print.h"
#include <quire/broken_rule.h>

#define EXCEPTIONS 32
#define VECTOR_DEBUG 1
#define VECTOR_NON_MASKABLE 2
#define VECTOR_UNDEFINED 6
#define VECTOR_PAGE_FAULT 14
#define PAGE_FAULT_PRESENT 1 /* in the error code: a right was missing, not the page (Intel SDM volume 3, 4.7) */

extern const char system_call_entry[], system_call_recorded[];

void trap_from_task(uint64_t vector, uint64_t error);
void trap_on_stack(struct stack_frame *frame);

static void interrupt(uint64_t vector)
{
    turns_end_one();
    event_record(EVENT_INTERRUPT, this_cpu->current, vector);
    if (vector == VECTOR_TIMER) {
        interrupt_acknowledge();
        this_cpu->reschedule = 1;
        if (this_cpu->current && this_cpu->current->server)
            restart_watch(this_cpu->current);
        return;
    }
    if (vector == VECTOR_FLUSH || vector == VECTOR_MAIL) {
        interrupt_acknowledge();
        flush_serve();
        interrupt_lines_take(); /* mail waits until the kernel has nothing else to do: entry/mailbox.h */
        return;
    }
    if (vector >= VECTOR_LEGACY && vector < VECTOR_LEGACY + LEGACY_LINES) {
        interrupt_line_fire((uint32_t)(vector - VECTOR_LEGACY));
        return;
    }
    print_line(PRINT_QUIET, "unexpected interrupt %lu", vector);
    if (vector != VECTOR_SPURIOUS && vector >= VECTOR_TIMER)
        interrupt_acknowledge(); /* one from the local APIC; the legacy ones are masked, so theirs are spurious */
}

static void fault(struct task *task, uint64_t vector, uint64_t error)
{
    uint64_t address = vector == VECTOR_PAGE_FAULT ? control_2_read() : 0;
    const struct task_ending why = {
        .end = TASK_END_FAULTED, .vector = (uint32_t)vector, .code = task->registers.rip, .address = address};

    if (vector == VECTOR_DEBUG && sweep_step(task))
        return;

    RULE_HOLDS(SERVER_FAULTS, !task->server || vector != VECTOR_UNDEFINED || task->registers.rax != BROKEN_RULE);
    event_record(EVENT_FAULT, task, vector, error, task->registers.rip, address);
    if (vector == VECTOR_PAGE_FAULT && task->server && !(error & PAGE_FAULT_PRESENT) &&
        window_back(task->root, address))
        return;
    if (task->server)
        restart(task, RESTART_FAULT, &why);
    else
        task_die(task, &why);
}

/* Called by entry/interrupt.S with the current task's registers saved. */
void trap_from_task(uint64_t vector, uint64_t error)
{
    this_cpu->current->state = TASK_RUNNING; /* which the short ways leave unsaid */
    if (vector < EXCEPTIONS)
        fault(this_cpu->current, vector, error);
    else
        interrupt(vector);
    if (vector >= EXCEPTIONS &&
        restart_is_due(this_cpu->current)) /* a fault may have restarted it already, or ended it */
        restart(this_cpu->current, RESTART_HANG, &(struct task_ending){.end = TASK_END_KILLED});
    proceed();
}

/* Whether nothing of a system call has been done yet. */
static bool is_entry(uint64_t rip)
{
    return rip == (uint64_t)(uintptr_t)system_call_entry || rip == (uint64_t)(uintptr_t)system_call_recorded;
}

/* Called by entry/interrupt.S for what interrupts the kernel (waiting for work: everything else there is a
 * defect) and for what has a stack of its own. */
void trap_on_stack(struct stack_frame *frame)
{
    if (frame->vector >= EXCEPTIONS) {
        interrupt(frame->vector);
        return;
    }
    if (frame->vector == VECTOR_NON_MASKABLE) {
        stop_if_wanted();
        print_line(PRINT_QUIET, "non-maskable interrupt at rip 0x%lx", frame->rip);
        return;
    }
    if (frame->vector == VECTOR_DEBUG && is_entry(frame->rip)) {
        frame->rflags &= ~RFLAGS_TRAP; /* the task's own flags keep it: it is stopped once it is back in ring 3 */
        return;
    }
    panic(frame);
}
