#include "kernel/ipc/sweep.h"
#include "kernel/cpu/instructions.h"
#include "kernel/ipc/restart.h"

bool sweep_allowed;

void sweep_plan(struct task *worker, const struct planned_death *request, const struct planned_death *recovery)
{
    worker->sweep = (struct sweep){.armed = request->after != SWEEP_NOTHING, .plan = {*request, *recovery}};
    worker->registers.rflags &= ~RFLAGS_TRAP;
    if (worker->sweep.armed)
        worker->registers.rflags |= RFLAGS_TRAP;
    else
        breakpoint_clear();
}

static void die(struct task *worker)
{
    struct sweep *sweep = &worker->sweep;

    sweep->died_at[sweep->deaths++] = worker->registers.rip;
    sweep->instructions = 0;
    sweep->armed = sweep->deaths < 2 && sweep->plan[sweep->deaths].after;
    restart(worker, RESTART_PLANNED, &(struct task_ending){.end = TASK_END_KILLED});
}

/* Where a plan begins at an address the worker runs up to there. Nobody else runs meanwhile, to whom the breakpoint would mean
 * another instruction: the worker is above all tasks. */
static bool runs_on(struct task *task, struct planned_death *plan)
{
    uint64_t here = task->registers.rip;

    if (!plan->address)
        return false;
    plan->times -= here == plan->address;
    if (!plan->times) {
        plan->address = 0;
        breakpoint_clear();
        task->registers.rflags |= RFLAGS_TRAP;
        return true;
    }
    task->registers.rflags &= ~RFLAGS_TRAP;
    task->registers.rflags |= here == plan->address ? RFLAGS_RESUME : 0;
    breakpoint_set(plan->address);
    return true;
}

/* The short ways would let a reply end the request unseen: they leave for C when a time slice is over. */
bool sweep_step(struct task *task)
{
    struct sweep *sweep = &task->sweep;

    if (!sweep->armed)
        return false;
    this_cpu->reschedule = 1;
    task->life.ticks = 0;
    if (runs_on(task, &sweep->plan[sweep->deaths]))
        return true;
    sweep->instructions++;
    if (sweep->instructions == sweep->plan[sweep->deaths].after)
        die(task);
    return true;
}

void sweep_end_armed(struct task *worker)
{
    worker->sweep.armed = 0;
    worker->registers.rflags &= ~RFLAGS_TRAP;
    breakpoint_clear();
}
