#include "kernel/ipc/restart.h"
#include "kernel/cpu/instructions.h"
#include "kernel/cpu/timer.h"
#include "kernel/event.h"
#include "kernel/ipc/call.h"
#include "kernel/ipc/carry.h"
#include "kernel/ipc/hold.h"
#include "kernel/ipc/reap.h"
#include "kernel/ipc/sweep.h"
#include "kernel/object/schedule.h"
#include "kernel/object/server_image.h"
#include "kernel/print.h"
#include <quire/names.h>
#include <stddef.h>

#define DEATHS_MAX 2 /* of workers that begin, without that one has died in between that had got ready */

/* A worker above all tasks is done with any request in far less than a tick: its runs are bounded. So many may pass because
 * a machine that is emulated has to wait for its host. */
#define PATIENCE (TIMER_HERTZ * 1)

/* Whether the server runs, in one word. Bit n: worker n is stopped, until it joins the others. RESTARTING: a restart is under
 * way, and those that are not stopped will be, but for the one that leads it. Whoever sets that bit, whose own is 0 from then
 * on, leads. */
#define RESTARTING (UINT64_C(1) << WORKERS_MAX)
static atomic_word server;

/* The leader's alone, while there is one. */
static uint32_t deaths;
static struct task_ending last_ending;

static atomic_word wanted;   /* the image that the server is to run */
static atomic_word given_up; /* not 0: it will not run any more */

static uint64_t bit_of(const struct task *worker)
{
    return UINT64_C(1) << worker->cpu_number;
}

static uint64_t all_workers(void)
{
    return (UINT64_C(1) << cpu_count) - 1;
}

/* One node is enough, since the CPU finds out for itself what is due. */
void restart_poke(uint32_t cpu_number)
{
    struct task *worker = cpus[cpu_number]->worker;

    if (!atomic_exchange_acquire_release(&worker->life.poked, 1))
        mail_send(cpu_number, &worker->mail, MAIL_SERVER);
}

static void poke_others(uint64_t which)
{
    for (uint32_t k = 0; k < cpu_count; k++)
        if (k != this_cpu->number && (which >> k & 1))
            restart_poke(k);
}

static void say(const struct task *worker, enum restart reason, const struct task_ending *why)
{
    if (reason == RESTART_FAULT)
        print_line(PRINT_QUIET, "%s restarts: %s at rip 0x%lx, address 0x%lx", worker->name,
                   exception_name(why->vector), why->code, why->address);
    else if (reason != RESTART_PLANNED)
        print_line(PRINT_QUIET, "%s restarts: %s", worker->name, restart_name(reason));
}

/* What the worker did by itself, rather than somebody from outside. */
static bool is_own(enum restart reason)
{
    return reason == RESTART_FAULT || reason == RESTART_HANG || reason == RESTART_EXITED;
}

/* What the worker did by itself in the midst of a call may be the call's fault. In recovery it is not at the call. */
static void blame(struct task *caller, bool own)
{
    uint64_t *pending = &caller->service.pending;

    if (own && (*pending & CALL_POISONED))
        *pending |= CALL_HOPELESS;
    else if (own && (*pending & CALL_FAILED))
        *pending |= CALL_POISONED;
    else if (own)
        *pending |= CALL_FAILED;
    *pending |= CALL_INTERRUPTED;
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

/* Takes the worker out of what it does. What its call was at is noted for recovery; own: the call may have been the reason. */
static void stop(struct task *worker, bool own)
{
    if (worker->state == TASK_STOPPED)
        return;
    (void)task_withdraw(worker, false);
    worker->state = TASK_STOPPED;
    hold_release();
    worker->life.failed = own && !worker->life.starting;
    if (worker->caller)
        carry_name(worker->caller, worker);
}

/* Registers as at its first start. */
static void begin(struct task *worker, enum restart reason)
{
    const struct server_image *image = &server_images.images[server_images.current];

    if (worker->caller)
        blame(worker->caller, worker->life.failed);
    worker->life.failed = 0;
    worker->life.starting = 1;
    worker->life.ticks = 0;
    worker->control->start = reason;
    server_stack_restore(worker->cpu_number);
    worker->root = image->roots[worker->cpu_number];
    worker->registers = (struct registers){0};
    worker->registers.rip = image->entry;
    worker->registers.rsp = STACK_TOP - worker->cpu_number * WORKER_STACK_SPAN;
    worker->registers.rdi = worker->cpu_number;
    worker->registers.rflags = RFLAGS_START;
    if (reason == RESTART_PLANNED && worker->sweep.armed)
        worker->registers.rflags |= RFLAGS_TRAP;
    worker->resume_by_interrupt_return = 1;
    if (this_cpu->current == worker)
        control_3_write(worker->root); /* it may be of another image */
    schedule_ready(worker);
}

/* Several workers may seem to hang when one does, with a lock that they wait for: that one has been at it for longest. */
static void find_who_hangs(void)
{
    uint32_t most = 0;

    for (uint32_t k = 0; k < cpu_count; k++)
        most = cpus[k]->worker->life.ticks > most ? cpus[k]->worker->life.ticks : most;
    for (uint32_t k = 0; k < cpu_count; k++) {
        struct life *life = &cpus[k]->worker->life;
        life->failed = life->ticks == most && !life->starting;
    }
}

/* The leader recovers for all once nobody else runs. */
static void recover_if_alone(struct task *leader)
{
    uint64_t others = all_workers() & ~bit_of(leader);

    if ((atomic_load_acquire(&server) & others) != others)
        return;
    leader->life.leads = LEADS_RECOVERY;
    if (leader->life.reason == RESTART_HANG && !leader->life.starting)
        find_who_hangs();
    server_images.current = (uint32_t)atomic_load_acquire(&wanted);
    server_image_restore();
    begin(leader, leader->life.reason);
}

/* The worker, which is stopped, does not hinder a recovery. */
static void tell_stopped(const struct task *worker)
{
    uint64_t left =
        all_workers() & ~(atomic_or_acquire_release(&server, bit_of(worker)) | bit_of(worker)); /* the leader */

    if ((left & (left - 1)) == 0)
        restart_poke((uint32_t)__builtin_ctzll(left));
}

/* False: another worker leads a restart. */
static bool lead(struct task *worker)
{
    uint64_t found = atomic_load_relaxed(&server);

    do {
        if (found & RESTARTING)
            return false;
    } while (!atomic_swap_if_acquire_release(&server, &found, (found | RESTARTING) & ~bit_of(worker)));
    return true;
}

void restart_wait(struct task *caller)
{
    struct task **place = &this_cpu->worker->life.waiting;

    caller->state = TASK_AWAITING;
    caller->callee = NULL;
    while (*place)
        place = &(*place)->next;
    *place = caller;
    caller->next = NULL;
}

static void wake(struct task *worker)
{
    struct task *task;

    while ((task = worker->life.waiting)) {
        worker->life.waiting = task->next;
        schedule_ready(task);
    }
}

/* The worker ends, since the server can't begin. */
static void end(struct task *worker)
{
    if (task_is_dying(worker))
        return;
    if (worker->caller)
        answer(worker, worker->caller, ERROR_NO_SERVER);
    wake(worker);
    task_die(worker, &last_ending);
}

static void give_up(struct task *worker, const struct task_ending *why)
{
    last_ending = *why;
    worker->life.gives_up = 1;
    atomic_store_release(&given_up, 1);
    poke_others(all_workers());
    end(worker);
}

void restart(struct task *worker, enum restart reason, const struct task_ending *why)
{
    struct life *life = &worker->life;
    bool own = is_own(reason);

    if (atomic_load_acquire(&given_up) || (life->leads && !own && reason != RESTART_PLANNED))
        return; /* there is one under way */
    if (!life->leads && !lead(worker)) {
        stop(worker, own);
        tell_stopped(worker);
        return;
    }
    deaths = !life->starting ? 0 : deaths + own;
    if (deaths == DEATHS_MAX || (life->starting && reason == RESTART_EXITED)) {
        give_up(worker, why);
        return;
    }
    say(worker, reason, why);
    event_record(EVENT_RESTARTED, worker, reason, why->vector, why->code, why->address);
    stop(worker, own);
    life->reason = reason;
    if (!life->leads)
        poke_others(~atomic_load_acquire(&server));
    life->leads = LEADS_STOPPING;
    recover_if_alone(worker);
}

void restart_upgrade(struct task *worker, uint32_t image)
{
    atomic_exchange_acquire_release(&wanted, image); /* before it is seen that another restart is under way */
    restart(worker, RESTART_UPGRADE, &(struct task_ending){.end = TASK_END_KILLED});
}

/* Goes on where others run already. */
static void join(struct task *worker)
{
    uint64_t found = atomic_load_relaxed(&server);

    do {
        if ((found & RESTARTING) || !(found & bit_of(worker)))
            return;
    } while (!atomic_swap_if_acquire_release(&server, &found, found & ~bit_of(worker)));
    begin(worker, RESTART_JOINS);
}

void restart_look(struct task *worker)
{
    atomic_exchange_acquire_release(&worker->life.poked, 0); /* before it is looked */
    if (atomic_load_acquire(&given_up)) {
        end(worker);
    } else if (worker->life.leads == LEADS_STOPPING) {
        recover_if_alone(worker);
    } else if (!worker->life.leads && (atomic_load_acquire(&server) & RESTARTING)) {
        sweep_end(worker);
        stop(worker, false);
        tell_stopped(worker);
    } else if (!worker->life.leads) {
        join(worker);
    }
}

void restart_boot(struct task *worker)
{
    atomic_store_release(&server, RESTARTING | (all_workers() & ~bit_of(worker)));
    worker->life.leads = LEADS_RECOVERY;
    worker->life.starting = 1;
    worker->control->start = RESTART_BOOT;
    schedule_ready(worker);
}

/* The leader has got ready. False: not with the image that is wanted by now. */
static bool let_others_join(struct task *worker)
{
    worker->life.leads = LEADS_NONE;
    worker->life.starting = 0;
    for (uint32_t k = 0; k < cpu_count; k++)
        carry_recovered(cpus[k]->worker); /* all others are stopped yet */
    atomic_and_acquire_release(&server, ~RESTARTING);
    poke_others(all_workers());
    if (atomic_load_acquire(&wanted) == server_images.current)
        return true;
    restart(worker, RESTART_UPGRADE, &(struct task_ending){.end = TASK_END_KILLED});
    return false;
}

bool restart_resume(struct task *worker)
{
    struct task *caller = worker->caller;
    struct carried carried;

    if (worker->life.leads && !let_others_join(worker))
        return true;
    worker->life.starting = 0;
    worker->life.ticks = 0;
    wake(worker);
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
