#include "kernel/ipc/restart.h"
#include "kernel/cpu/timer.h"
#include "kernel/event.h"
#include "kernel/ipc/call.h"
#include "kernel/ipc/carry.h"
#include "kernel/ipc/reap.h"
#include "kernel/object/schedule.h"
#include "kernel/object/server_image.h"
#include "kernel/print.h"
#include <quire/names.h>
#include <stddef.h>

#define DEATHS_MAX 2 /* in a row, before the worker receives */

/* A worker above all tasks is done with any request in far less than a tick: its runs are bounded. So many may pass because
 * a machine that is emulated has to wait for its host. */
#define PATIENCE (TIMER_HERTZ * 1)

static void say(const struct task *worker, enum restart reason, const struct task_ending *why)
{
    if (reason == RESTART_FAULT)
        print_line(PRINT_QUIET, "%s restarts: %s at rip 0x%lx, address 0x%lx", worker->name,
                   exception_name(why->vector), why->code, why->address);
    else if (reason != RESTART_PLANNED)
        print_line(PRINT_QUIET, "%s restarts: %s", worker->name, restart_name(reason));
}

/* What the worker did by itself in the midst of a call may be the call's fault. In recovery it is not at the call. */
static void blame(struct task *caller, enum restart reason, bool recovering)
{
    bool own = !recovering && (reason == RESTART_FAULT || reason == RESTART_HANG || reason == RESTART_EXITED);
    uint64_t *pending = &caller->service.pending;

    if (own && (*pending & CALL_POISONED))
        *pending |= CALL_HOPELESS;
    else if (own && (*pending & CALL_FAILED))
        *pending |= CALL_POISONED;
    else if (own)
        *pending |= CALL_FAILED;
    *pending |= CALL_INTERRUPTED;
}

/* Registers as at its first start. */
static void begin(struct task *worker)
{
    const struct server_image *image = &server_images.images[server_images.current];

    worker->root = image->root;
    worker->registers = (struct registers){0};
    worker->registers.rip = image->entry;
    worker->registers.rsp = STACK_TOP;
    worker->registers.rflags = RFLAGS_START;
    worker->resume_by_interrupt_return = 1;
}

/* Answers the call that was in service, in the worker's place. */
static void answer(struct task *worker, struct task *caller, enum error error)
{
    carry_settle(caller, true);
    call_fail(caller, error);
    caller->service.pending = 0;
    worker->caller = NULL;
    worker->control->intent = 0;
    worker->control->intent_run = 0;
    if (!reap_is_over(caller))
        schedule_ready(caller);
}

void restart(struct task *worker, enum restart reason, const struct task_ending *why)
{
    bool again = worker->life.starting;

    worker->life.deaths = again ? worker->life.deaths + 1 : 0;
    if (worker->life.deaths == DEATHS_MAX || (again && reason == RESTART_EXITED)) {
        if (worker->caller)
            answer(worker, worker->caller, ERROR_NO_SERVER);
        task_die(worker, why);
        return;
    }
    say(worker, reason, why);
    event_record(EVENT_RESTARTED, worker, reason, why->vector, why->code, why->address);
    (void)task_withdraw(worker, false);
    worker->life.starting = 1;
    worker->life.ticks = 0;
    worker->control->start = reason;
    if (worker->caller)
        blame(worker->caller, reason, again);
    server_image_restore();
    begin(worker);
    schedule_ready(worker);
}

bool restart_resume(struct task *worker)
{
    struct task *caller = worker->caller;
    struct carried carried;

    worker->life.starting = 0;
    worker->life.ticks = 0;
    if (!caller)
        return false;
    enum error error =
        caller->service.pending & CALL_HOPELESS ? ERROR_KILLS_SERVER : carry_again(caller, worker, &carried);
    if (error)
        answer(worker, caller, error);
    else
        call_hand_over(caller, worker, &carried,
                       RECEIVED_INTERRUPTED | (caller->service.pending & CALL_POISONED ? RECEIVED_POISONED : 0));
    return !error;
}

void restart_watch(struct task *worker)
{
    worker->life.ticks++;
}

bool restart_is_due(const struct task *worker)
{
    return worker->life.ticks >= PATIENCE;
}
