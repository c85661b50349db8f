#include "kernel/ipc/sweep.h"
#include "kernel/ipc/restart.h"

bool sweep_allowed;

void sweep_plan(struct task *worker, uint64_t request, uint64_t recovery)
{
    worker->sweep = (struct sweep){.armed = 1, .dies_after = request, .then_after = recovery};
    worker->registers.rflags |= RFLAGS_TRAP;
}

static void die(struct task *worker)
{
    struct sweep *sweep = &worker->sweep;

    sweep->deaths++;
    sweep->instructions = 0;
    sweep->dies_after = sweep->then_after;
    sweep->then_after = 0;
    restart(worker, RESTART_PLANNED, &(struct task_ending){.end = TASK_END_KILLED});
    if (sweep->dies_after)
        worker->registers.rflags |= RFLAGS_TRAP;
    else
        sweep->armed = 0;
}

/* The short ways would let a reply end the request unseen: they leave for C when a time slice is over. */
bool sweep_step(struct task *task)
{
    struct sweep *sweep = &task->sweep;

    if (!sweep->armed)
        return false;
    this_cpu->reschedule = 1;
    task->life.ticks = 0;
    sweep->instructions++;
    if (sweep->instructions == sweep->dies_after)
        die(task);
    return true;
}

void sweep_pause(struct task *task, bool answered)
{
    if (!task->sweep.armed || !answered)
        return;
    task->sweep.armed = 0;
    task->registers.rflags &= ~RFLAGS_TRAP;
}
