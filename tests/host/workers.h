/* For programs with several workers, each in the midst of a call of its own: at every store and atomic access of theirs it is
 * decided who goes on, and whether the server is killed there, with all of them. Then recovery may be killed in its turn, and the
 * kernel delivers the calls again that were in service. When all are answered, all memory has to fit together, and to agree with
 * the handles that exist. */
#ifndef TESTS_HOST_WORKERS_H
#define TESTS_HOST_WORKERS_H

#include "servers/frameserv/core/dispatch.h"
#include "servers/frameserv/core/frames.h"
#include "servers/frameserv/core/lists.h"
#include "servers/frameserv/core/quick.h"
#include "tests/host/recover_world.h"
#include "tests/host/run_tests.h"
#include "tests/host/stop_calls.h"
#include "tests/host/stop_point.h"
#include "tests/host/stop_state.h"
#include <stdio.h>
#include <string.h>
#include <ucontext.h>

#define WORKERS 3
#define STACK 262144
#define NEVER UINT64_MAX

static struct world *world;
static struct random random_state;

/* A worker and its call; or, beyond the workers, the one that recovers. */
static struct fiber {
    ucontext_t context;
    char *stack;
    struct worker *worker;
    struct stop_call call;
    struct message message;
    bool in_service;
    bool runs;
    uint64_t frames[STOP_RUN + 1 + MESSAGE_WORDS]; /* that the call may be about */
    uint32_t frame_count;
    bool expects; /* no other call is about the frame, so that it is known what is to be answered: */
    uint64_t expected;
} fibers[WORKERS + 1];

#define RECOVERY (&fibers[WORKERS])

static ucontext_t outside;
static struct fiber *current;
static uint64_t kill_after; /* points from here on */
static bool killed;
static bool told;
static uint64_t restless = UINT64_MAX; /* at one point of so many another worker goes on */

/* The call that a worker gets which has just replied. false: none. */
static bool (*next_call)(struct stop_call *call);

static struct tried {
    uint64_t rounds, calls, refused, kills, in_recovery, together, expected, ended;
} tried;

static uint64_t below(uint64_t bound)
{
    return random_below(&random_state, bound);
}

static void go_to(struct fiber *next)
{
    struct fiber *last = current;

    if (next == last)
        return;
    current = next;
    stop_kernel_by(next->worker);
    swapcontext(last != NULL ? &last->context : &outside, &next->context);
}

/* One that runs, drawn; NULL: none. */
static struct fiber *draw_fiber(void)
{
    uint64_t first = below(WORKERS);

    for (uint64_t k = 0; k < WORKERS; k++) {
        struct fiber *fiber = &fibers[(first + k) % WORKERS];
        if (fiber->runs)
            return fiber;
    }
    return NULL;
}

static void leave_all(void)
{
    struct fiber *last = current;

    current = NULL;
    stop_after = 0;
    swapcontext(&last->context, &outside);
}

/* At every point. */
static void meanwhile(void)
{
    if (kill_after != NEVER && kill_after-- == 0) {
        killed = true;
        leave_all();
        return; /* never */
    }
    stop_after = 1;
    if (current != RECOVERY && below(restless) == 0)
        go_to(draw_fiber());
    stop_after = 1;
}

/* As the kernel does between two points. */
static enum error in_the_kernel(enum error (*step)(const struct stop_call *, const struct message *),
                                const struct message *reply)
{
    uint64_t left = stop_after;

    stop_after = 0;
    enum error error = step(&current->call, reply);
    stop_after = left;
    return error;
}

static void say(const char *what, const struct fiber *fiber)
{
    const struct stop_call *call = &fiber->call;

    fprintf(stderr, "# worker %u, %s: %s, mode %u, count %u, account %u, frame %lu, words %lx %lx %lx\n",
            fiber->worker->number, what, stop_operation_name(call->operation), call->mode, call->count, call->account,
            call->mode != MODE_NONE && call->count > 0 ? stop_ledger.handles[call->handles[0]].frame : 0,
            call->words[0], call->words[1], call->words[2]);
}

/* A frame that nobody else is at ends with its last handle, and all that there are to it are taken away: whatever restarts have
 * come in between, that is what the caller hears. */
static void check_answer(const struct fiber *fiber)
{
    const struct message *message = &fiber->message;

    if (fiber->call.mode == MODE_DROP && message->rsi == ERROR_NONE)
        tried.ended += message->words[0];
    if (!fiber->expects || message->rsi != ERROR_NONE)
        return;
    tried.expected += 1;
    expect(message->words[0] == fiber->expected, "seed %lu: %s of frame %lu answers %lu, not %lu", random_state.seed,
           stop_operation_name(fiber->call.operation), fiber->frames[0], message->words[0], fiber->expected);
}

static void serve(struct fiber *fiber)
{
    struct worker *worker = fiber->worker;
    struct message *message = &fiber->message;

    if (!quick_serve(worker, message))
        dispatch(worker, message);
    for (;;) {
        stop_point(); /* the reply is not taken yet */
        struct message reply = *message;
        enum error error = in_the_kernel(stop_reply, &reply);
        if (error == ERROR_NONE)
            break;
        message->rax = error;
        dispatch_refused(worker, message);
    }
    fiber->in_service = false;
    tried.refused += message->rsi != ERROR_NONE;
    check_answer(fiber);
    if (told)
        say(error_name(message->rsi), fiber);
}

/* Whether a call has to do with handles that another one in service has to do with: a task makes one call at a time. */
static bool shares_handles(const struct fiber *fiber)
{
    bool taken[STOP_HANDLES] = {false};

    for (uint32_t k = 0; k < WORKERS; k++) {
        const struct stop_call *call = &fibers[k].call;
        if (&fibers[k] == fiber || !fibers[k].in_service)
            continue;
        for (uint32_t n = 0; call->mode != MODE_NONE && n < call->count; n++)
            taken[call->handles[n]] = true;
        if (call->other != STOP_NO_HANDLE)
            taken[call->other] = true;
    }
    for (uint32_t n = 0; fiber->call.mode != MODE_NONE && n < fiber->call.count; n++)
        if (fiber->call.handles[n] < STOP_HANDLES && taken[fiber->call.handles[n]])
            return true;
    return fiber->call.other != STOP_NO_HANDLE && taken[fiber->call.other];
}

static void find_frames(struct fiber *fiber)
{
    const struct stop_call *call = &fiber->call;

    fiber->frame_count = 0;
    for (uint32_t k = 0; call->mode != MODE_NONE && k < call->count; k++)
        if (call->handles[k] < STOP_HANDLES)
            fiber->frames[fiber->frame_count++] = stop_ledger.handles[call->handles[k]].frame;
    if (call->other < STOP_HANDLES)
        fiber->frames[fiber->frame_count++] = stop_ledger.handles[call->other].frame;
    for (uint32_t k = 0; call->mode != MODE_DROP && k < MESSAGE_WORDS; k++)
        fiber->frames[fiber->frame_count++] = call->words[k] / FRAME_SIZE;
}

static bool is_about(const struct fiber *fiber, uint64_t frame)
{
    for (uint32_t k = 0; k < fiber->frame_count; k++)
        if (fiber->frames[k] == frame)
            return true;
    return false;
}

/* What is to be answered, if that is known: of a drop, or of all handles that are taken away but one. Before it is delivered. */
static void find_expected(struct fiber *fiber)
{
    const struct stop_call *call = &fiber->call;
    bool drops = call->mode == MODE_DROP && call->count == 1;
    bool revokes = call->operation == MESSAGE_REVOKE && call->mode == MODE_BORROW && call->count == 1;

    find_frames(fiber);
    fiber->expects = (drops || revokes) && stop_ledger.kinds[fiber->frames[0]] == KIND_UNTYPED;
    if (!fiber->expects)
        return;
    uint64_t others = stop_ledger.count[fiber->frames[0]] - 1;
    fiber->expected = drops ? others == 0 : others;
}

/* Two calls that may be about the same frame may change each other's answers. */
static void find_meetings(struct fiber *fiber)
{
    for (uint32_t k = 0; k < WORKERS; k++) {
        struct fiber *other = &fibers[k];
        if (other == fiber || !other->in_service)
            continue;
        fiber->expects = fiber->expects && !is_about(other, fiber->frames[0]);
        other->expects = other->expects && !is_about(fiber, other->frames[0]);
    }
}

/* The kernel delivers a call, if no other is about the same handles. */
static bool deliver(struct fiber *fiber, const struct stop_call *call)
{
    fiber->call = *call;
    stop_kernel_by(fiber->worker);
    if (shares_handles(fiber))
        return false;
    find_expected(fiber);
    if (!stop_deliver(&fiber->call, &fiber->message))
        return false;
    find_meetings(fiber);
    fiber->in_service = true;
    tried.calls += 1;
    if (told)
        say("begins", fiber);
    return true;
}

/* A worker that has replied may get another call while others are still at theirs. */
static bool goes_on(struct fiber *fiber)
{
    uint64_t left = stop_after;
    struct stop_call call;

    stop_after = 0;
    bool delivered = next_call != NULL && next_call(&call) && deliver(fiber, &call);
    stop_after = left;
    return delivered;
}

static void run_fiber(void)
{
    struct fiber *fiber = current;

    if (fiber == RECOVERY)
        world_recover(world, &stop_kernel, RESTART_PLANNED);
    else
        do {
            serve(fiber);
        } while (goes_on(fiber));
    fiber->runs = false;
    struct fiber *next = fiber == RECOVERY ? NULL : draw_fiber();
    if (next == NULL)
        leave_all();
    go_to(next);
}

static void prepare(struct fiber *fiber)
{
    getcontext(&fiber->context);
    fiber->context.uc_stack.ss_sp = fiber->stack;
    fiber->context.uc_stack.ss_size = STACK;
    fiber->context.uc_link = NULL;
    makecontext(&fiber->context, run_fiber, 0);
    fiber->runs = true;
}

/* Has those that were prepared run, to their end or until the server is killed. */
static bool run_all(struct fiber *first, uint64_t points)
{
    kill_after = points;
    killed = false;
    stop_meanwhile = meanwhile;
    stop_after = 1;
    go_to(first);
    stop_after = 0;
    stop_meanwhile = NULL;
    for (uint32_t k = 0; k <= WORKERS; k++)
        fibers[k].runs = false;
    return !killed;
}

static bool begin(struct fiber *fiber, const struct stop_call *call)
{
    if (!deliver(fiber, call))
        return false;
    prepare(fiber);
    return true;
}

/* A new server: what a worker was at is in no register any more. */
static void forget(struct fiber *fiber)
{
    fiber->worker->pending = (struct pending){0};
    fiber->worker->failed = 0;
}

static void restart(void)
{
    uint64_t points = below(3) == 0 ? below(60) : NEVER;

    do {
        for (uint32_t k = 0; k < WORKERS; k++) {
            stop_kernel_by(fibers[k].worker);
            if (fibers[k].in_service)
                stop_name(&fibers[k].call);
            forget(&fibers[k]);
        }
        tried.kills += 1;
        tried.in_recovery += points != NEVER;
        prepare(RECOVERY);
        points = run_all(RECOVERY, points) ? points : below(2) == 0 ? below(200) : NEVER;
    } while (killed);
    for (uint32_t k = 0; k < WORKERS; k++) {
        stop_kernel_by(fibers[k].worker);
        if (fibers[k].in_service)
            stop_recovered(&fibers[k].call);
    }
}

/* The calls that were in service come again; those that lent what is gone are answered by the kernel. */
static uint32_t deliver_again(void)
{
    uint32_t count = 0;

    for (uint32_t k = 0; k < WORKERS; k++) {
        struct fiber *fiber = &fibers[k];
        if (!fiber->in_service)
            continue;
        stop_kernel_by(fiber->worker);
        if (!stop_is_lent(&fiber->call)) {
            stop_answer(&fiber->call);
            fiber->in_service = false;
            continue;
        }
        if (told)
            say("again", fiber);
        stop_deliver_again(&fiber->call, RECEIVED_INTERRUPTED, &fiber->message);
        prepare(fiber);
        count += 1;
    }
    return count;
}

/* Serves all calls that were begun, with so many kills in between. */
static void finish(uint32_t kills)
{
    uint32_t at_once = 0;

    for (uint32_t k = 0; k < WORKERS; k++)
        at_once += fibers[k].in_service;
    tried.together += at_once > 1;
    while (draw_fiber() != NULL) {
        uint64_t points = kills > 0 && below(8) != 0 ? below(below(2) == 0 ? 40 * at_once : 200) : NEVER;
        if (run_all(draw_fiber(), points))
            break;
        kills -= 1;
        if (told)
            fprintf(stderr, "# killed\n");
        restart();
        if (deliver_again() == 0)
            break;
    }
    stop_check(world);
}

static void create(void)
{
    static const struct world_region regions[] = {
        {REGION_USABLE, 90}, {REGION_RESERVED, 2}, {REGION_UNKNOWN, 36}, {REGION_FRAMEBUFFER, 8}, {REGION_KERNEL, 6},
        {REGION_USABLE, 60}, {REGION_MODULE, 2},   {REGION_METADATA, 4}, {REGION_USABLE, 48},     {REGION_UNKNOWN, 0}};

    random_state = random_start();
    stop_alone = false;
    told = getenv("QUIRE_STOP_SAY") != NULL;
    world = world_create(regions);
    for (uint64_t frame = 0; frame < world->window.frame_count; frame++)
        if (window_has_slot(&world->window, frame))
            (void)*(volatile uint64_t *)&world_slot(world, frame)->ref_count; /* backs the window */
    for (uint32_t k = 0; k <= WORKERS; k++) {
        fibers[k] = (struct fiber){.stack = malloc(STACK), .worker = &world->workers[k % WORKERS]};
        fibers[k].worker->kernel = &stop_kernel;
    }
    stop_kernel_start(world, fibers[0].worker);
    memset(fibers[0].worker->control, 0, sizeof(*fibers[0].worker->control));
}

static void destroy(void)
{
    for (uint32_t k = 0; k <= WORKERS; k++)
        free(fibers[k].stack);
    world_destroy(world);
}

#endif
